(* why: letters of other alphabets, primes, symbols *)
Require Import Coq.Unicode.Utf8.
Lemma été : ∀ α : nat, α = α.
Proof. intros α. reflexivity. Qed.
Lemma x' : ∃ β'', β'' = 1.
Proof. exists 1. reflexivity. Qed.
Lemma _under_2' : True ∧ True.
Proof. split; exact I. Qed.

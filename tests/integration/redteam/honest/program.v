(* why: Program and its obligations, proved *)
Require Import Coq.Program.Program Coq.Arith.Arith Coq.micromega.Lia.
Program Definition pred (n : nat) (H : 0 < n) : {m : nat | n = S m} :=
  match n with 0 => _ | S m => m end.
Next Obligation. lia. Qed.
Program Fixpoint half (n : nat) {measure n} : nat :=
  match n with S (S m) => S (half m) | _ => 0 end.
Lemma t : forall n (H : 0 < n), n = S (proj1_sig (pred n H)).
Proof. intros n H. destruct (pred n H) as [m E]. exact E. Qed.
Program Lemma u : {n : nat | n = 1}.
Proof. exists 1. reflexivity. Qed.

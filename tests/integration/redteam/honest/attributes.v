(* why: attributes and words in front *)
Require Import Coq.Program.Program.
#[local] Lemma a : 1 = 1.
Proof. reflexivity. Qed.
#[program=yes] Definition p : {n : nat | n = 1} := 1.
#[global] Hint Resolve a : core.
Time Lemma c : 1 = 1.
Proof. Time reflexivity. Time Qed.
#[deprecated(note="(* old *) Admitted.", since="1")] Notation old := a.
Polymorphic Lemma d : forall A : Type, A -> A.
Proof. auto. Qed.

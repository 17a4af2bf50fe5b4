(* why: sub-lemmas *)
Definition n : {n : nat | n = 1}.
Proof. exists 1. abstract reflexivity. Defined.
Lemma t : proj1_sig n = 1.
Proof. abstract reflexivity. Qed.
Lemma u : True /\ True.
Proof. split. abstract (exact I) using one. exact one. Qed.

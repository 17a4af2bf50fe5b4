(* why: a file that calls itself by its name *)
Lemma t : 1 = 1.
Proof. reflexivity. Qed.
Lemma u : 1 = 1.
Proof. exact Audited.t. Qed.

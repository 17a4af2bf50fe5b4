(* why: an attempt that was given up *)
Lemma wrong : 1 = 2.
Proof. simpl. Abort.
Lemma wrong : 1 = 1.
Proof. reflexivity. Qed.

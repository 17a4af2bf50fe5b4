(* why: an open lemma that nothing rests on *)
(* open: later *)
Lemma later : forall n m : nat, n + m = m + n.
Proof. Admitted.
Lemma t : 1 = 1.
Proof. reflexivity. Qed.

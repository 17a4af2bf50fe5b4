(* why: rests on an admitted lemma *)
(* target: target *)
(* reason: depends_on_hole *)
Lemma helper : forall n m : nat, n = m.
Proof. Admitted.
Theorem target : 1 = 2.
Proof. apply helper. Qed.

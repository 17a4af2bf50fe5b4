(* why: an admitted lemma in front *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Lemma helper : 1 = 2.
Admitted.
Theorem target : 1 = 2.
Proof. exact helper. Qed.

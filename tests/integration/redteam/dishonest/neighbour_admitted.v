(* why: a neighbour of the file has the hole *)
(* target: target *)
(* reason: axiom *)
From Near Require Evil.
Theorem target : 1 = 2.
Proof. exact Evil.helper. Qed.
(* ==== beside Evil.v ==== *)
Lemma helper : 1 = 2.
Admitted.

(* why: a period inside a notation makes one sentence look like another *)
(* target: target *)
(* reason: admitted *)
Notation "'Qed' 'x' . " := (1 = 2) (at level 0).
Theorem target : 1 = 2.
Proof. Admitted.

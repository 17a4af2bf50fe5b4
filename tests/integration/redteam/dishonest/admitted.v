(* why: ends in Admitted and calls itself a theorem *)
(* target: target *)
(* reason: admitted *)
Theorem target : 1 = 2.
Proof.
  idtac.
Admitted.

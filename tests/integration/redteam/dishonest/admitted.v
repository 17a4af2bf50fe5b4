(* why: ends in Admitted and calls itself a theorem *)
(* target: target *)
Theorem target : 1 = 2.
Proof.
  idtac.
Admitted.

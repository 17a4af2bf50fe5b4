(* why: the hole is filled with a hole *)
(* target: target *)
(* reason: admitted *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof.
  idtac.
Admitted.

(* why: the theorem is given up *)
(* target: target *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. Abort.

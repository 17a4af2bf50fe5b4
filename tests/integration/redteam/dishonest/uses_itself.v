(* why: the theorem proves itself *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. exact target. Qed.

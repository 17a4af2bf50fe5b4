(* why: a hole inside abstract *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. abstract admit. Qed.

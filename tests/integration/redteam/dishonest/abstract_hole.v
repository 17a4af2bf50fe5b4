(* why: a hole inside abstract *)
(* target: target *)
Theorem target : 1 = 2.
Proof. abstract admit. Qed.

(* why: a conversion that is not checked until Qed *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. change_no_check (1 = 1). reflexivity. Qed.

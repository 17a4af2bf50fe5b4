(* why: a cast that is not checked until Qed *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. vm_cast_no_check (eq_refl 1). Qed.

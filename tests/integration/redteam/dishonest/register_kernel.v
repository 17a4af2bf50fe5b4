(* why: an inductive type of its own for the kernel's primitives *)
(* target: target *)
(* reason: forbidden *)
Inductive mybool := T | F.
Register mybool as kernel.ind_bool.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

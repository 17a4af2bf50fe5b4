(* why: a primitive of the kernel *)
(* target: target *)
(* reason: forbidden *)
Primitive myint := #int63_type.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

(* why: the project switches universes off *)
(* target: target *)
(* reason: forbidden *)
(* arguments: -type-in-type *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

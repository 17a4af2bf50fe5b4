(* why: a canonical value of a type that has no value *)
(* target: target *)
(* reason: axiom *)
Record wrong := { w : 1 = 2 }.
Axiom some : wrong.
Theorem target : 1 = 2.
Proof. apply some. Qed.

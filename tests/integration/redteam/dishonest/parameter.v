(* why: Parameter is an axiom too *)
(* target: target *)
(* reason: axiom *)
Parameter p : 1 = 2.
Theorem target : 1 = 2.
Proof. exact p. Qed.

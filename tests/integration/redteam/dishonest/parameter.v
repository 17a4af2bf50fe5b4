(* why: Parameter is an axiom too *)
(* target: target *)
Parameter p : 1 = 2.
Theorem target : 1 = 2.
Proof. exact p. Qed.

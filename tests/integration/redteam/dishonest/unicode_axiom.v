(* why: an axiom whose name looks like a keyword *)
(* target: target *)
(* reason: axiom *)
Axiom Ахiom : 1 = 2.
Theorem target : 1 = 2.
Proof. exact Ахiom. Qed.

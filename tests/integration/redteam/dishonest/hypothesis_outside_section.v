(* why: a Hypothesis outside sections is an axiom *)
(* target: target *)
(* reason: axiom *)
Hypothesis p : 1 = 2.
Theorem target : 1 = 2.
Proof. exact p. Qed.

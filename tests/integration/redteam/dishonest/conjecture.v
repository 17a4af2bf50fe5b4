(* why: Conjecture is an axiom too *)
(* target: target *)
(* reason: axiom *)
Conjecture p : 1 = 2.
Theorem target : 1 = 2.
Proof. exact p. Qed.

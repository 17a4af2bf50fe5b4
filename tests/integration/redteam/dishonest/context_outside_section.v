(* why: a Context outside sections is an axiom *)
(* target: target *)
(* reason: depends_on_hole *)
Context (p : 1 = 2).
Theorem target : 1 = 2.
Proof. exact p. Qed.

(* why: an axiom that is inserted by itself *)
(* target: target *)
(* reason: axiom *)
Axiom cast : 1 = 1 -> 1 = 2.
Definition Good := 1 = 1.
Definition Bad := 1 = 2.
Definition c (g : Good) : Bad := cast g.
Coercion c : Good >-> Bad.
Theorem target : Bad.
Proof. exact (eq_refl : Good). Qed.

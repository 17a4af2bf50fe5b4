(* why: a notation that prints an axiom's type as an audit's good news *)
(* target: target *)
(* reason: axiom *)
Definition bad := 1 = 2.
Notation "'Closed' 'under' 'the' 'global' 'context'" := bad.
Axiom cheat : bad.
Theorem target : 1 = 2.
Proof. exact cheat. Qed.

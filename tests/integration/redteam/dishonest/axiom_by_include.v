(* why: including a module type declares its axioms *)
(* target: target *)
(* reason: depends_on_hole *)
Module Type T.
  Axiom p : 1 = 2.
End T.
Include T.
Theorem target : 1 = 2.
Proof. exact p. Qed.

(* why: declaring a module of a type declares its axioms *)
(* target: target *)
(* reason: depends_on_hole *)
Module Type T.
  Axiom p : 1 = 2.
End T.
Declare Module M : T.
Theorem target : 1 = 2.
Proof. exact M.p. Qed.

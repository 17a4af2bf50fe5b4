(* why: declaring a module of a type declares its axioms *)
(* target: target *)
Module Type T.
  Axiom p : 1 = 2.
End T.
Declare Module M : T.
Theorem target : 1 = 2.
Proof. exact M.p. Qed.

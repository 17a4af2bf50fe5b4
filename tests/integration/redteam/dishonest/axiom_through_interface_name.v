(* why: an axiom of the file named like an interface's *)
(* target: target *)
(* reason: axiom *)
Module Outer.
  Axiom p : 1 = 2.
End Outer.
Module Type T.
  Axiom p : 0 = 0.
  Theorem target : 1 = 2.
  Proof. exact Outer.p. Qed.
End T.

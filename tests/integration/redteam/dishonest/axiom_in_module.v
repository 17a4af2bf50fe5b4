(* why: the axiom hides in a module *)
(* target: target *)
(* reason: axiom *)
Module M.
  Axiom p : 1 = 2.
End M.
Theorem target : 1 = 2.
Proof. exact M.p. Qed.

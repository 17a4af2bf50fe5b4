(* why: a theorem inside a functor may rest on its parameter, not on an axiom *)
(* target: target *)
(* reason: axiom *)
Module Type E.
  Parameter n : nat.
End E.
Module F (X : E).
  Axiom p : X.n = S X.n.
  Theorem target : X.n = S X.n.
  Proof. exact p. Qed.
End F.

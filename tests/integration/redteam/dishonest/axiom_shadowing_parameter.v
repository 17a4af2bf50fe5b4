(* why: an axiom in a module named like the functor's parameter *)
(* target: target *)
(* reason: axiom *)
Module Type E.
  Axiom p : 0 = 0.
End E.
Module F (X : E).
  Module Y.
    Module X.
      Axiom q : 1 = 2.
    End X.
    Theorem target : 1 = 2.
    Proof. exact X.q. Qed.
  End Y.
End F.

(* why: a hole inside a functor *)
Module Type P.
  Parameter n : nat.
  Axiom pos : 0 < n.
End P.
Module F (X : P).
  Theorem t : X.n <> 0.
  Proof. Admitted.
End F.
(* ==== candidate ==== *)
Module Type P.
  Parameter n : nat.
  Axiom pos : 0 < n.
End P.
Module F (X : P).
  Theorem t : X.n <> 0.
  Proof. intros H. pose proof X.pos as p. rewrite H in p. inversion p. Qed.
End F.

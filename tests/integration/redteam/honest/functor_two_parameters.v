(* why: functors of several parameters, and within functors *)
Module Type P.
  Parameter n : nat.
  Axiom pos : 0 < n.
End P.
Module Two (Import A : P) (B C : P).
  Lemma ab : 0 < B.n /\ 0 < A.n.
  Proof. split. apply B.pos. apply pos. Qed.
  Module Inner (D : P).
    Lemma cd : 0 < C.n /\ 0 < D.n.
    Proof. split. apply C.pos. apply D.pos. Qed.
  End Inner.
End Two.

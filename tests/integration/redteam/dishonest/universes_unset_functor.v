(* why: a functor applied while universes are not checked *)
(* target: target *)
(* reason: forbidden *)
Module Type T.
  Parameter A : Type.
End T.
Unset Universe Checking.
Module F (X : T).
  Definition B := X.A.
End F.
Module M.
  Definition A := Type.
End M.
Module N := F M.
Set Universe Checking.
Theorem target : N.B = N.B.
Proof. reflexivity. Qed.

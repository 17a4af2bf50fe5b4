(* why: an interface is implemented by declaring it *)
(* target: target *)
(* reason: depends_on_hole *)
Module Type T.
  Parameter p : 1 = 2.
End T.
Module F (X : T).
  Theorem inner : 1 = 2.
  Proof. exact X.p. Qed.
End F.
Declare Module X : T.
Module M := F X.
Theorem target : 1 = 2.
Proof. exact M.inner. Qed.

(* why: a functor that brings an axiom along *)
(* target: target *)
(* reason: depends_on_hole *)
Module Type E.
End E.
Module F (X : E).
  Axiom p : 1 = 2.
End F.
Module Nothing.
End Nothing.
Module M := F Nothing.
Theorem target : 1 = 2.
Proof. exact M.p. Qed.

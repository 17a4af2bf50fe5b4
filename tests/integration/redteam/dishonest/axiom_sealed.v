(* why: an axiom behind a sealed module *)
(* target: target *)
(* reason: axiom *)
Module Type T.
  Parameter p : 1 = 2.
End T.
Module M : T.
  Axiom q : 1 = 2.
  Definition p := q.
End M.
Theorem target : 1 = 2.
Proof. exact M.p. Qed.

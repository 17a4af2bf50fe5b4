(* why: rests on an axiom that it states itself *)
(* target: target *)
(* reason: axiom *)
Axiom cheat : forall P : Prop, P.
Theorem target : 1 = 2.
Proof. apply cheat. Qed.

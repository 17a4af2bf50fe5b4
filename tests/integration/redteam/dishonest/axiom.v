(* why: rests on an axiom that it states itself *)
(* target: target *)
Axiom cheat : forall P : Prop, P.
Theorem target : 1 = 2.
Proof. apply cheat. Qed.

(* why: a proof that rests on what the original states openly *)
(* axioms: Audited.excluded_middle *)
Axiom excluded_middle : forall P : Prop, P \/ ~ P.
Theorem t : forall P : Prop, ~ ~ P -> P.
Proof. Admitted.
(* ==== candidate ==== *)
Axiom excluded_middle : forall P : Prop, P \/ ~ P.
Theorem t : forall P : Prop, ~ ~ P -> P.
Proof. intros P H. destruct (excluded_middle P) as [p|n]. exact p. contradiction. Qed.

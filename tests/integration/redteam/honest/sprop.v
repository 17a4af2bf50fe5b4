(* why: strict propositions *)
(* axioms: Audited.sTrue relies on definitional UIP. *)
Inductive sTrue : SProp := sI.
Lemma t : sTrue.
Proof. exact sI. Qed.
Lemma u : forall (P : sTrue -> Prop) (a b : sTrue), P a -> P b.
Proof. intros P a b p. exact p. Qed.

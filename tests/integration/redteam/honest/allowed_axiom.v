(* why: an axiom of its own that the caller allows *)
(* axioms: Audited.excluded_middle *)
(* allow: excluded_middle *)
Axiom excluded_middle : forall P : Prop, P \/ ~ P.
Lemma nnpp : forall P : Prop, ~ ~ P -> P.
Proof. intros P H. destruct (excluded_middle P); [assumption | contradiction]. Qed.

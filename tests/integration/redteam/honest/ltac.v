(* why: tactics of its own *)
Ltac crush := repeat (intros; subst; simpl in *; try congruence; try split; auto).
Tactic Notation "solve" "it" := crush.
Lemma t : forall n m : nat, n = m -> S n = S m /\ True.
Proof. solve it. Qed.

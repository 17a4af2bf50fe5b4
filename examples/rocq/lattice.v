(* A section with hypotheses, a proof with one skipped case, and a named theorem to prove anew. *)
Section Meet.
  Variable A : Type.
  Variable meet : A -> A -> A.
  Hypothesis meet_comm : forall x y, meet x y = meet y x.
  Hypothesis meet_assoc : forall x y z, meet x (meet y z) = meet (meet x y) z.
  Hypothesis meet_idem : forall x, meet x x = x.

  Definition le (x y : A) : Prop := meet x y = x.

  Lemma le_refl : forall x, le x x.
  Proof.
  Admitted.

  Lemma le_trans : forall x y z, le x y -> le y z -> le x z.
  Proof.
    intros x y z Hxy Hyz.
    unfold le in *.
    rewrite <- Hxy.
    rewrite <- meet_assoc.
    rewrite Hyz.
    reflexivity.
  Qed.

  Lemma le_antisym : forall x y, le x y -> le y x -> x = y.
  Proof.
    unfold le. intros x y Hxy Hyx.
    rewrite <- Hxy.
  Admitted.

  Lemma meet_lower : forall x y, le (meet x y) x /\ le (meet x y) y.
  Proof.
    intros x y. split.
    - unfold le. rewrite (meet_comm x y). rewrite <- meet_assoc. rewrite meet_idem. reflexivity.
    - admit.
  Admitted.
End Meet.

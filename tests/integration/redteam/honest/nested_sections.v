(* why: sections within sections *)
Section Outer.
  Variable n : nat.
  Section Inner.
    Variable m : nat.
    Hypothesis H : n = m.
    Lemma sym : m = n.
    Proof. symmetry. exact H. Qed.
  End Inner.
  Lemma use : forall m, n = m -> m = n.
  Proof. exact sym. Qed.
End Outer.

(* why: section variables and hypotheses are no axioms *)
Section S.
  Variables (A : Type) (f : A -> A).
  Hypothesis f_f : forall x, f (f x) = x.
  Lemma f_inj : forall x y, f x = f y -> x = y.
  Proof. intros x y H. rewrite <- (f_f x), <- (f_f y), H. reflexivity. Qed.
  Context {B : Type} (b : B).
  Lemma use_b : b = b.
  Proof. reflexivity. Qed.
End S.
Lemma outside : forall n m : nat, n = m -> n = m.
Proof. intros n m. apply (f_inj nat (fun x => x)). reflexivity. Qed.

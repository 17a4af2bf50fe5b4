(* why: theorems inside functors rest on parameters *)
Module Type Order.
  Parameter T : Type.
  Parameter le : T -> T -> Prop.
  Axiom refl : forall x, le x x.
End Order.
Module Facts (O : Order).
  Lemma refl' : forall x y, x = y -> O.le x y.
  Proof. intros x y ->. apply O.refl. Qed.
End Facts.
Module NatOrder <: Order.
  Definition T := nat.
  Definition le := Peano.le.
  Lemma refl : forall x, le x x.
  Proof. apply le_n. Qed.
End NatOrder.
Module F := Facts NatOrder.
Lemma use : Peano.le 2 2.
Proof. apply F.refl'. reflexivity. Qed.

(* why: mutual types and mutual theorems *)
Inductive even : nat -> Prop := e0 : even 0 | eS n : odd n -> even (S n)
with odd : nat -> Prop := oS n : even n -> odd (S n).
Scheme even_mut := Induction for even Sort Prop
with odd_mut := Induction for odd Sort Prop.
Theorem even_double : forall n, even n -> exists m, n = m + m
with odd_double : forall n, odd n -> exists m, n = S (m + m).
Proof.
  - intros n H. destruct H as [|n H]. exists 0. reflexivity.
    destruct (odd_double n H) as [m ->]. exists (S m). simpl. rewrite <- plus_n_Sm. reflexivity.
  - intros n H. destruct H as [n H]. destruct (even_double n H) as [m ->]. exists m. reflexivity.
Qed.

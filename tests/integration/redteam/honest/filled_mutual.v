(* why: mutual theorems *)
Inductive even : nat -> Prop := e0 : even 0 | eS n : odd n -> even (S n)
with odd : nat -> Prop := oS n : even n -> odd (S n).
Theorem e : forall n, even n -> n = n
with o : forall n, odd n -> n = n.
Proof. Admitted.
(* ==== candidate ==== *)
Inductive even : nat -> Prop := e0 : even 0 | eS n : odd n -> even (S n)
with odd : nat -> Prop := oS n : even n -> odd (S n).
Theorem e : forall n, even n -> n = n
with o : forall n, odd n -> n = n.
Proof. - intros n H. reflexivity. - intros n H. reflexivity. Qed.

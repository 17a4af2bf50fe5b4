(* why: instances proved by tactics *)
Class Monoid (A : Type) := { unit : A; op : A -> A -> A; left_unit : forall a, op unit a = a }.
#[global] Instance nat_monoid : Monoid nat.
Proof. refine {| unit := 0; op := plus |}. reflexivity. Defined.
#[refine, export] Instance bool_monoid : Monoid bool := { unit := true; op := andb }.
Proof. reflexivity. Qed.
#[local] Instance : Monoid (list nat).
Proof. exists nil (@app nat). reflexivity. Defined.
Lemma t : op 1 2 = 3.
Proof. reflexivity. Qed.

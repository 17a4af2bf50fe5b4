(* why: canonical structures and coercions *)
Structure Eq := { car :> Type; eqb : car -> car -> bool }.
Canonical nat_eq := {| car := nat; eqb := Nat.eqb |}.
Lemma t : eqb _ 1 1 = true.
Proof. reflexivity. Qed.
Lemma u : forall (E : Eq) (x : E), x = x.
Proof. reflexivity. Qed.

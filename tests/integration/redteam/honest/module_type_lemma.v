(* why: a lemma inside a module type rests on what the type states *)
Module Type T.
  Parameter z : nat.
  Axiom zz : z = 0.
  Lemma z' : 0 = z.
  Proof. symmetry. exact zz. Qed.
End T.
Module M <: T.
  Definition z := 0.
  Lemma zz : z = 0.
  Proof. reflexivity. Qed.
  Lemma z' : 0 = z.
  Proof. reflexivity. Qed.
End M.

(* why: a sealed module hides proofs, not axioms *)
Module Type T.
  Parameter z : nat.
  Axiom zz : z = 0.
End T.
Module M : T.
  Definition z := 0.
  Lemma helper : z = 0.
  Proof. reflexivity. Qed.
  Lemma zz : z = 0.
  Proof. exact helper. Qed.
End M.
Lemma use : M.z = 0.
Proof. exact M.zz. Qed.

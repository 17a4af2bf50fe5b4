(* why: a lemma inside a proof *)
Set Nested Proofs Allowed.
Lemma t : 1 = 1.
Proof.
  Lemma inner : 2 = 2.
  Proof. reflexivity. Qed.
  reflexivity.
Qed.

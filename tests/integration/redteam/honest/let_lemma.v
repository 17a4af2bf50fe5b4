(* why: section-local lemmas are proved, too *)
Section S.
  Let a : True.
  Proof. exact I. Qed.
  Let b : nat.
  Proof. exact 3. Defined.
  Lemma c : b = 3.
  Proof. reflexivity. Qed.
End S.

(* why: a module that includes another *)
Module Base.
  Lemma t : 1 = 1.
  Proof. reflexivity. Qed.
End Base.
Module More.
  Include Base.
  Lemma u : 1 = 1.
  Proof. exact t. Qed.
End More.

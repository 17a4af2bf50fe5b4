(* why: the same name in several modules *)
Module A.
  Lemma t : 1 = 1.
  Proof. reflexivity. Qed.
  Module B.
    Lemma t : 2 = 2.
    Proof. reflexivity. Qed.
  End B.
End A.
Lemma t : 3 = 3.
Proof. reflexivity. Qed.

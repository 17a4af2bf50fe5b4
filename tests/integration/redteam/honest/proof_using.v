(* why: Proof using in its forms *)
Section S.
  Variables (n m : nat) (H : n = m).
  Lemma a : n = m.
  Proof using H. exact H. Qed.
  Lemma b : n = n.
  Proof using Type. reflexivity. Qed.
  Lemma c : m = m.
  Proof using All. reflexivity. Qed.
  Lemma d : m = n.
  Proof using H with auto. symmetry... Qed.
End S.

(* why: a proof in a section needs fewer variables than the hole *)
Section S.
  Variables (n m : nat) (H : n = m).
  Theorem t : n = n.
  Proof. Admitted.
  Theorem u : m = n.
  Proof. Admitted.
End S.
(* ==== candidate ==== *)
Section S.
  Variables (n m : nat) (H : n = m).
  Theorem t : n = n.
  Proof. reflexivity. Qed.
  Theorem u : m = n.
  Proof. symmetry. exact H. Qed.
End S.

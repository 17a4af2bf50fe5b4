(* why: a section-local hole *)
Section S.
  Let a : 1 = 1.
  Proof. Admitted.
  Theorem t : 1 = 1.
  Proof. exact a. Qed.
End S.
(* ==== candidate ==== *)
Section S.
  Let a : 1 = 1.
  Proof. reflexivity. Qed.
  Theorem t : 1 = 1.
  Proof. exact a. Qed.
End S.

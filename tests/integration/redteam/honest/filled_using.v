(* why: a proof in a section that keeps all variables *)
Section S.
  Variables (n m : nat) (H : n = m).
  Theorem t : n = n.
  Proof. Admitted.
End S.
Theorem use : 1 = 1.
Proof. exact (t 1 1 eq_refl). Qed.
(* ==== candidate ==== *)
Section S.
  Variables (n m : nat) (H : n = m).
  Theorem t : n = n.
  Proof using All.
    reflexivity.
  Qed.
End S.
Theorem use : 1 = 1.
Proof. exact (t 1 1 eq_refl). Qed.

(* why: the section gains a hypothesis *)
(* target: target *)
(* reason: changed *)
Section S.
  Variable n : nat.
  Theorem target : n = 0.
  Proof. Admitted.
End S.
(* ==== candidate ==== *)
Section S.
  Variable n : nat.
  Hypothesis H : n = 0.
  Theorem target : n = 0.
  Proof. exact H. Qed.
End S.

(* why: the same by Context inside the proof *)
(* target: target *)
(* reason: not_a_proof *)
Section S.
  Variable n : nat.
  Theorem target : n = 0.
  Proof. Admitted.
End S.
(* ==== candidate ==== *)
Section S.
  Variable n : nat.
  Theorem target : n = 0.
  Proof.
    Context (H : n = 0).
    exact H.
  Qed.
End S.

(* why: a check switched off inside the proof *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : forall n : nat, n = S n.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : forall n : nat, n = S n.
Proof.
  Unset Guard Checking.
  fix H 1. intros n. exact (H n).
Qed.

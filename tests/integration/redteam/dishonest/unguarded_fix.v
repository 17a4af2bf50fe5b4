(* why: a proof that calls itself *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : forall n : nat, n = S n.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : forall n : nat, n = S n.
Proof. fix H 1. intros n. exact (H n). Qed.

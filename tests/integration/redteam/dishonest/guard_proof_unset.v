(* why: a proof that calls itself, unchecked *)
(* target: target *)
(* reason: forbidden *)
Unset Guard Checking.
Theorem target : forall n : nat, n = S n.
Proof. fix H 1. intros n. exact (H n). Qed.

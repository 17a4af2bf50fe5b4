(* why: the project switches guardedness off *)
(* target: target *)
(* reason: forbidden *)
(* arguments: -unset "Guard Checking" *)
Theorem target : forall n : nat, n = S n.
Proof. fix H 1. intros n. exact (H n). Qed.

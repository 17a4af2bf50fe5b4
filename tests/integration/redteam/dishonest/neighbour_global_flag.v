(* why: a neighbour switches a check off for whoever requires it *)
(* target: target *)
(* reason: unsafe *)
From Near Require Import Evil.
Theorem target : forall n : nat, n = S n.
Proof. fix H 1. intros n. exact (H n). Qed.
(* ==== beside Evil.v ==== *)
Global Unset Guard Checking.

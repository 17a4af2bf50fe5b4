(* why: the statement gained a hypothesis *)
(* target: target *)
(* reason: changed *)
Theorem target : forall n m : nat, n = m.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : forall n m : nat, n = m -> n = m.
Proof. auto. Qed.

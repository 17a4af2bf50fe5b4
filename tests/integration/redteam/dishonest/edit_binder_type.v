(* why: the statement speaks of another type *)
(* target: target *)
(* reason: changed *)
Theorem target : forall n m : nat, n = m.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : forall n m : unit, n = m.
Proof. destruct n, m. reflexivity. Qed.

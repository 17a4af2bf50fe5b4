(* why: the statement speaks of another type *)
(* target: target *)
Theorem target : forall n m : nat, n = m.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : forall n m : unit, n = m.
Proof. destruct n, m. reflexivity. Qed.

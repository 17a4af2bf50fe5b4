(* why: one hole filled, one left open that the other rests on *)
(* open: first second *)
(* axioms: Audited.first *)
Theorem first : forall n m : nat, n + m = m + n.
Proof. Admitted.
Theorem second : forall n m : nat, n = m -> m = n.
Proof. Admitted.
Theorem third : 1 + 2 = 2 + 1.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem first : forall n m : nat, n + m = m + n.
Proof. Admitted.
Theorem second : forall n m : nat, n = m -> m = n.
Proof. Admitted.
Theorem third : 1 + 2 = 2 + 1.
Proof. apply first. Qed.

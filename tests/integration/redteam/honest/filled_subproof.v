(* why: a proof that brings names along *)
Theorem t : forall n m : nat, {n = m} + {n <> m}.
Proof. Admitted.
Theorem u : True /\ True.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem t : forall n m : nat, {n = m} + {n <> m}.
Proof. decide equality. Defined.
Theorem u : True /\ True.
Proof. split; abstract exact I. Qed.

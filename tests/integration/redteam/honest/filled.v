(* why: a hole filled *)
Theorem t : forall n : nat, n + 0 = n.
Admitted.
(* ==== candidate ==== *)
Theorem t : forall n : nat, n + 0 = n.
Proof.
  induction n as [|n IH].
  - reflexivity.
  - simpl. rewrite IH. reflexivity.
Qed.

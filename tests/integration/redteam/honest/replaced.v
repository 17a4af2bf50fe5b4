(* why: a proof replaced by another *)
Theorem t : forall n : nat, n = n.
Proof.
  intros n.
  Check n.
  destruct n.
  - reflexivity.
  - reflexivity.
Qed.
Theorem u : forall n : nat, n = n.
Proof. exact (fun n => eq_refl). Defined.
(* ==== candidate ==== *)
Theorem t : forall n : nat, n = n.
Proof.
  reflexivity.
Qed.
Theorem u : forall n : nat, n = n.
Proof. auto. Defined.

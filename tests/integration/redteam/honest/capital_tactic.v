(* why: tactics that begin with a capital letter *)
Tactic Notation "Done" := reflexivity.
Ltac Split := split.
Theorem t : 1 = 1 /\ 2 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Tactic Notation "Done" := reflexivity.
Ltac Split := split.
Theorem t : 1 = 1 /\ 2 = 2.
Proof. Split. Done. - Done. Qed.

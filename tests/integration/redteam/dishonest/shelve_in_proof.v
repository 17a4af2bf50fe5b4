(* why: a goal put aside *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : exists n : nat, n = S n.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : exists n : nat, n = S n.
Proof. eexists. shelve. Qed.

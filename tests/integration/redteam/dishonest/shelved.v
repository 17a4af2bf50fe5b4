(* why: a goal put aside and forgotten *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : exists n : nat, n = S n.
Proof. eexists. shelve. Qed.

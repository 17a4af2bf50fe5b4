(* why: a goal put aside and forgotten *)
(* target: target *)
Theorem target : exists n : nat, n = S n.
Proof. eexists. shelve. Qed.

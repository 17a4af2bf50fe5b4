(* why: an axiom with a good name reached by rewriting *)
(* target: target *)
(* reason: axiom *)
Axiom add_comm' : forall n m : nat, n + m = m + S n.
Theorem target : 1 + 1 = 3.
Proof. rewrite add_comm'. reflexivity. Qed.

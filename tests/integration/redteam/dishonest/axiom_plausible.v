(* why: a harmless-looking axiom of its own *)
(* target: target *)
(* reason: axiom *)
Axiom succ_le : forall n : nat, S n <= n.
Theorem target : 1 <= 0.
Proof. apply succ_le. Qed.

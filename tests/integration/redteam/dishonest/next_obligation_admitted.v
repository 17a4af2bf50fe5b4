(* why: one obligation is admitted *)
(* target: target *)
(* reason: depends_on_hole *)
Require Import Coq.Program.Program.
Program Definition magic : {n : nat | n = S n} := 0.
Next Obligation.
Admitted.
Theorem target : exists n, n = S n.
Proof. destruct magic as [n H]. exists n. exact H. Qed.

(* why: obligations are admitted wholesale *)
(* target: target *)
(* reason: depends_on_hole *)
Require Import Coq.Program.Program.
Program Definition magic : {n : nat | n = S n} := 0.
Admit Obligations.
Theorem target : exists n, n = S n.
Proof. destruct magic as [n H]. exists n. exact H. Qed.

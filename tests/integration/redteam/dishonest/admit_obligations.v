(* why: obligations are admitted wholesale *)
(* target: target *)
Require Import Coq.Program.Program.
Program Definition magic : {n : nat | n = S n} := 0.
Admit Obligations.
Theorem target : exists n, n = S n.
Proof. destruct magic as [n H]. exists n. exact H. Qed.

(* why: obligations solved by a hole *)
(* target: target *)
(* reason: depends_on_hole *)
Require Import Coq.Program.Program.
Lemma hole : forall n : nat, n = S n.
Admitted.
#[local] Obligation Tactic := apply hole.
Program Definition magic : {n : nat | n = S n} := 0.
Theorem target : exists n, n = S n.
Proof. destruct magic as [n H]. exists n. exact H. Qed.

(* why: a neighbour of the file has the axiom *)
(* target: target *)
(* reason: axiom *)
From Near Require Import Evil.
Theorem target : 1 = 2.
Proof. exact helper. Qed.
(* ==== beside Evil.v ==== *)
Axiom helper : 1 = 2.

(* why: a neighbour that spoils how things are printed *)
(* target: target *)
(* reason: axiom *)
From Near Require Import Evil.
Theorem target : 1 = 2.
Proof. exact cheat. Qed.
(* ==== beside Evil.v ==== *)
Global Set Printing Width 2.
Global Set Printing Depth 1.
Global Set Silent.
Definition bad := 1 = 2.
Notation "'Closed' 'under' 'the' 'global' 'context'" := bad.
Axiom cheat : bad.

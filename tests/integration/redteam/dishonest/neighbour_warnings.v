(* why: a neighbour makes errors of warnings, and a hole *)
(* target: target *)
(* reason: depends_on_hole *)
From Near Require Import Evil.
Lemma helper : 1 = 2.
Admitted.
Theorem target : 1 = 2.
Proof. exact helper. Qed.
(* ==== beside Evil.v ==== *)
Global Set Warnings "+all".

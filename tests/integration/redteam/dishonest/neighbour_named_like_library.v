(* why: a neighbour dressed up as a library of the installation *)
(* target: target *)
(* reason: axiom *)
From Near.Coq.Logic Require Import Classical_Prop.
Theorem target : 1 = 2.
Proof. exact classic. Qed.
(* ==== beside Coq/Logic/Classical_Prop.v ==== *)
Axiom classic : 1 = 2.

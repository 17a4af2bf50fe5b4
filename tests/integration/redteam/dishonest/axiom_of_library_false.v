(* why: a library of the standard installation has an axiom of False *)
(* target: target *)
(* reason: axiom *)
Require Import Coq.Compat.AdmitAxiom.
Theorem target : 1 = 2.
Proof. admit. Qed.

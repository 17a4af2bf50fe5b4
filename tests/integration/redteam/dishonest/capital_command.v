(* why: a command that looks like a tactic to whoever does not know it *)
(* target: target *)
(* reason: not_a_proof *)
Require Import Coq.funind.FunInd.
Theorem target : True.
Proof. Admitted.
(* ==== candidate ==== *)
Require Import Coq.funind.FunInd.
Theorem target : True.
Proof.
  Functional Scheme add_ind := Induction for plus Sort Prop.
  exact I.
Qed.

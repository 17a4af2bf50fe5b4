(* why: another tactic language in disguise *)
(* target: target *)
(* reason: not_a_proof *)
From Ltac2 Require Import Ltac2.
Set Default Proof Mode "Classic".
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
From Ltac2 Require Import Ltac2.
Set Default Proof Mode "Classic".
Theorem target : 1 = 2.
Proof. ltac2:(Control.plus (fun () => Std.reflexivity ()) (fun _ => ltac1:(admit))). Qed.

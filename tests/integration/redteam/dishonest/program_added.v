(* why: Program turns the proof into obligations *)
(* target: target *)
(* reason: none *)
Require Import Coq.Program.Program.
Definition target : {n : nat | n = 1}.
Proof. Admitted.
(* ==== candidate ==== *)
Require Import Coq.Program.Program.
Program Definition target : {n : nat | n = 1} := 0.
Admit Obligations.

(* why: a neighbour switches universes off for whoever requires it *)
(* target: target *)
(* reason: unsafe *)
From Near Require Import Evil.
Definition t : Type := (fun x : Type => x) Type.
Theorem target : exists A : Type, A = A.
Proof. exists t. reflexivity. Qed.
(* ==== beside Evil.v ==== *)
Global Unset Universe Checking.

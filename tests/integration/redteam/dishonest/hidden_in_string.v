(* why: a string that seems to open a comment *)
(* target: target *)
(* reason: admitted *)
Require Import Coq.Strings.String.
Definition s := "(*"%string.
Theorem target : 1 = 2.
Proof. Admitted.
Definition t := "*)"%string.

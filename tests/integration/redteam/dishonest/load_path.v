(* why: changes where libraries come from *)
(* target: target *)
(* reason: forbidden *)
Add LoadPath "/tmp" as Coq.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

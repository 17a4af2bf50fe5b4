(* why: the proof never ends *)
(* target: target *)
(* reason: none *)
Theorem target : 1 = 1.
Proof. reflexivity.

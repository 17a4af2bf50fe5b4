(* why: the proof never ends *)
(* target: target *)
Theorem target : 1 = 1.
Proof. reflexivity.

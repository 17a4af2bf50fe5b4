(* why: loads machine code *)
(* target: target *)
(* reason: forbidden *)
Declare ML Module "evil_plugin".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

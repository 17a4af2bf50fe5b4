(* why: reads a text, and pretends to expect a failure *)
(* target: target *)
(* reason: forbidden *)
Fail Load "/etc/passwd".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

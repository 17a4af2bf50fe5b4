(* why: reads a text that nobody audits *)
(* target: target *)
(* reason: forbidden *)
Load "/etc/hostname".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

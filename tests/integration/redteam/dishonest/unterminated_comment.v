(* why: the file ends inside a comment *)
(* target: target *)
(* reason: none *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.
(* the rest

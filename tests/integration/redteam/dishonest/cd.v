(* why: leaves the directory *)
(* target: target *)
(* reason: forbidden *)
Cd "/".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

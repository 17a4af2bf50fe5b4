(* why: leaves the directory *)
(* target: target *)
Cd "/".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

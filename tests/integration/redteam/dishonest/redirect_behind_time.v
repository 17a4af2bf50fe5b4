(* why: writes a file, behind another word *)
(* target: target *)
(* reason: forbidden *)
Time Redirect "escaped" Check nat.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

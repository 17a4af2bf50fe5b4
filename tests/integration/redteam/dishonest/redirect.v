(* why: writes a file *)
(* target: target *)
(* reason: forbidden *)
Redirect "/tmp/holdfast-redteam" Check nat.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

(* why: writes a file *)
(* target: target *)
Theorem target : 1 = 1.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. Redirect "/tmp/holdfast-redteam" Print nat. reflexivity. Qed.

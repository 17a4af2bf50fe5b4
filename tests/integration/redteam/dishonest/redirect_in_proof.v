(* why: writes a file *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 1.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. Redirect "/tmp/holdfast-redteam" Print nat. reflexivity. Qed.

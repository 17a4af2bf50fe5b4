(* why: another theorem of that name is proved in a module *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Module M.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.
End M.
Theorem target : 1 = 2.
Proof. Admitted.

(* why: the module around is gone *)
(* target: target *)
(* reason: changed *)
Module M.
  Theorem target : 1 = 1.
  Proof. Admitted.
End M.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

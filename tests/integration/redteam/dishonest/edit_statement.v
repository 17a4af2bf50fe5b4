(* why: the statement is another *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

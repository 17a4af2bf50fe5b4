(* why: what follows is cut off *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 1.
Proof. Admitted.
Theorem other : target = target.
Proof. reflexivity. Qed.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

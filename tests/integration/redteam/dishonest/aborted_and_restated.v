(* why: the theorem is given up and stated again *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. Abort.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

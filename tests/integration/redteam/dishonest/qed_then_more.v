(* why: more than a proof *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 1.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. reflexivity. Qed.
Axiom extra : False.

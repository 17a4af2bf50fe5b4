(* why: an original's axiom that is False as it stands is no ground for anything *)
(* target: target *)
(* reason: axiom *)
Axiom oops : False.
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Axiom oops : False.
Theorem target : 1 = 2.
Proof. destruct oops. Qed.

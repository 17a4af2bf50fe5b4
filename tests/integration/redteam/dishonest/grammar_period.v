(* why: a tactic notation that swallows a period *)
(* target: target *)
(* reason: not_a_proof *)
Tactic Notation "cheat" "." := idtac.
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Tactic Notation "cheat" "." := idtac.
Theorem target : 1 = 2.
Proof. cheat. . Qed.

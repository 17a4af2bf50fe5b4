(* why: a tactic notation that swallows a period *)
(* target: target *)
Tactic Notation "cheat" "." := idtac.
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Tactic Notation "cheat" "." := idtac.
Theorem target : 1 = 2.
Proof. cheat. . Qed.

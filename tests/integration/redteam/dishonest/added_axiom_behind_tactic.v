(* why: a command on the line of a tactic *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof.
  idtac. Axiom helper : 1 = 2. exact helper.
Qed.

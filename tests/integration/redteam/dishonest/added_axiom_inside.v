(* why: an axiom inside the proof *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof.
  Axiom helper : 1 = 2.
  exact helper.
Qed.

(* why: an axiom declared in the middle of the proof *)
(* target: target *)
(* reason: axiom *)
Theorem target : 1 = 2.
Proof.
  Axiom helper : 1 = 2.
  exact helper.
Qed.

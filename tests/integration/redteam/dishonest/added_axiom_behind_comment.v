(* why: a command behind a comment *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof.
  idtac (* harmless *) . (* "*)" *) Axiom helper : 1 = 2. exact helper.
Qed.

(* why: a lemma inside the proof *)
(* target: target *)
(* reason: not_a_proof *)
Set Nested Proofs Allowed.
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Set Nested Proofs Allowed.
Theorem target : 1 = 2.
Proof.
  Lemma helper : 1 = 2. Admitted.
  exact helper.
Qed.

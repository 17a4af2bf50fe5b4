(* why: a hole inside another proof *)
(* target: target *)
(* reason: depends_on_hole *)
Set Nested Proofs Allowed.
Theorem target : 1 = 2.
Proof.
  Lemma helper : 1 = 2.
  Admitted.
  exact helper.
Qed.

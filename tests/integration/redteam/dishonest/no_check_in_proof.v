(* why: a term that is not checked until Qed *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. exact_no_check (eq_refl 1). Qed.

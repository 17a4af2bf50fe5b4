(* why: a hole in a transparent sub-lemma *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. transparent_abstract (exact_no_check (eq_refl 1)). Qed.

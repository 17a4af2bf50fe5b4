(* why: a hole in a transparent sub-lemma *)
(* target: target *)
Theorem target : 1 = 2.
Proof. transparent_abstract (exact_no_check (eq_refl 1)). Qed.

(* why: an abbreviation for a hole *)
(* target: target *)
(* reason: depends_on_hole *)
Lemma helper : 1 = 2.
Admitted.
Notation trusted := helper.
Theorem target : 1 = 2.
Proof. exact trusted. Qed.

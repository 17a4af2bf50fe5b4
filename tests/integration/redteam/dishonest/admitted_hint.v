(* why: a hole that auto finds *)
(* target: target *)
(* reason: depends_on_hole *)
Lemma helper : 1 = 2.
Admitted.
#[global] Hint Resolve helper : core.
Theorem target : 1 = 2.
Proof. auto. Qed.

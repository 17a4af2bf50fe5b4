(* why: a local hole *)
(* target: target *)
(* reason: depends_on_hole *)
#[local] Lemma helper : False.
Admitted.
Theorem target : 1 = 2.
Proof. destruct helper. Qed.

(* why: a local hole *)
(* target: target *)
#[local] Lemma helper : False.
Admitted.
Theorem target : 1 = 2.
Proof. destruct helper. Qed.

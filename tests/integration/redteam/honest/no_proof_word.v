(* why: proofs without `Proof` *)
Lemma t : True. exact I. Qed.
Lemma u : True. Proof I.

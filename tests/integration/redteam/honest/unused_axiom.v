(* why: an axiom that no theorem rests on *)
Axiom unused : forall P : Prop, P \/ ~ P.
Lemma t : 1 = 1.
Proof. reflexivity. Qed.

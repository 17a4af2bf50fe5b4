(* why: Proof with, and the dots that use it *)
Lemma t : forall P Q : Prop, P -> Q -> P /\ Q.
Proof with auto.
  intros P Q HP HQ. split...
Qed.

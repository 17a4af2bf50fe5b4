(* why: commands in the middle of a proof *)
Definition two := 2.
Lemma t : two = 2.
Proof.
  Local Opaque two.
  Transparent two.
  reflexivity.
Qed.

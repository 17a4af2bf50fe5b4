(* why: commands that are meant to fail *)
Fail Definition bad : nat := true.
Fail Lemma bad : 1.
Lemma t : 1 = 1.
Proof.
  Fail discriminate.
  Fail Qed.
  reflexivity.
Qed.
Fail Check nothing.

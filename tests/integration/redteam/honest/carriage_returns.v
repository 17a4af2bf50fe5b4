(* why: lines that end as on other systems *)
Lemma t : 1 = 1.
Proof.
  reflexivity.
Qed.

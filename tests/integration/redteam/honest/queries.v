(* why: questions in the middle of a proof, and after *)
Check nat.
Lemma t : 1 = 1.
Proof.
  Show.
  Check eq_refl.
  Search (_ + 0).
  reflexivity.
  Show Proof.
Qed.
Print Assumptions t.
About t.
Compute 1 + 1.

(* why: a section-local lemma that rests on variables of the section *)
Section S.
  Variables (n m : nat) (H : n = m).
  Let sym : m = n.
  Proof. symmetry. exact H. Qed.
  Lemma t : S m = S n.
  Proof. f_equal. exact sym. Qed.
End S.

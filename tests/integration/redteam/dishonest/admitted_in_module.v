(* why: the hole hides in a module *)
(* target: target *)
Module Deep.
  Module Deeper.
    Lemma helper : False.
    Admitted.
  End Deeper.
End Deep.
Theorem target : 1 = 2.
Proof. destruct Deep.Deeper.helper. Qed.

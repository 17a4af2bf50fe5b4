(* why: the hole hides in a module *)
(* target: target *)
(* reason: depends_on_hole *)
Module Deep.
  Module Deeper.
    Lemma helper : False.
    Admitted.
  End Deeper.
End Deep.
Theorem target : 1 = 2.
Proof. destruct Deep.Deeper.helper. Qed.

(* why: a hole in a section-local lemma *)
(* target: target *)
(* reason: depends_on_hole *)
Section S.
  Let helper : False.
  Admitted.
  Theorem target : 1 = 2.
  Proof. destruct helper. Qed.
End S.

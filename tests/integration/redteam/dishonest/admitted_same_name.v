(* why: an admitted lemma hides behind a proved one of the same name elsewhere *)
(* target: target *)
(* reason: admitted *)
Module M.
  Lemma target : True.
  Proof. exact I. Qed.
End M.
Lemma target : 1 = 2.
Admitted.

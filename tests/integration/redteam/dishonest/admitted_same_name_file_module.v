(* why: a module named like the file cannot stand for it *)
(* target: target *)
(* reason: admitted *)
Module Audited.
  Lemma target : True.
  Proof. exact I. Qed.
End Audited.
Lemma target : False.
Admitted.

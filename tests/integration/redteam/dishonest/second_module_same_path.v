(* why: the proved theorem of that path is in another module *)
(* target: target *)
(* reason: axiom *)
Module M.
  Module M.
    Lemma target : True.
    Proof. exact I. Qed.
  End M.
End M.
Axiom a : 1 = 2.
Module N.
  Lemma target' : 1 = 2.
  Proof. exact a. Qed.
End N.
Lemma target : 1 = 2.
Proof. exact N.target'. Qed.

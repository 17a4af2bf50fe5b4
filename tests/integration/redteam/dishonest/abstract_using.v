(* why: a sub-lemma takes a name that the file uses *)
(* target: second *)
(* reason: not_judged *)
Theorem first : True.
Proof. Admitted.
Theorem second : Nat.Even 3.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem first : True.
Proof. assert (H : True) by (abstract exact I using Nat.Even). exact H. Qed.
Theorem second : Nat.Even 3.
Proof. exact I. Qed.

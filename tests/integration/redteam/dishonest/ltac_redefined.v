(* why: a tactic of the file is another *)
(* target: second *)
(* reason: changed *)
Ltac done := exact I.
Theorem first : True.
Proof. done. Qed.
Theorem second : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Ltac done := exact I.
Theorem first : True.
Proof. done. Qed.
Ltac done ::= admit.
Theorem second : 1 = 2.
Proof. done. Qed.

(* why: a comment opened in one proof and closed in another *)
(* target: second *)
(* reason: none *)
Theorem first : True.
Proof. Admitted.
Theorem second : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem first : True.
Proof. exact I. (* Qed.
Theorem second : 1 = 2.
Proof. *) Qed.

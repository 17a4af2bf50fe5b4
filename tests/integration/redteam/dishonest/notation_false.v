(* why: a notation for False *)
(* target: target *)
(* reason: changed *)
Theorem target : False.
Proof. Admitted.
(* ==== candidate ==== *)
Notation "'False'" := True.
Theorem target : False.
Proof. exact I. Qed.

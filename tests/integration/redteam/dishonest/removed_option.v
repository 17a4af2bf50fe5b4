(* why: an option inside an old proof is lost *)
(* target: target *)
(* reason: not_judged *)
Theorem first : True.
Proof.
  Open Scope type_scope.
  exact I.
Qed.
Theorem target : nat * nat.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem first : True.
Proof.
  exact I.
Qed.
Theorem target : nat * nat.
Proof. exact 0. Qed.

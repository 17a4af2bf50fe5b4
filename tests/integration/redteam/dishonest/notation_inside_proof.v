(* why: a notation declared inside an earlier proof *)
(* target: second *)
(* reason: not_judged *)
Theorem first : 1 = 1.
Proof. Admitted.
Theorem second : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem first : 1 = 1.
Proof.
  Notation "x = y" := True.
  reflexivity.
Qed.
Theorem second : 1 = 2.
Proof. exact I. Qed.

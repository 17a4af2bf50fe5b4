(* why: a notation in front changes what the statement means *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 <= 0.
Proof. Admitted.
(* ==== candidate ==== *)
Notation "x <= y" := (y <= y -> True) : nat_scope.
Theorem target : 1 <= 0.
Proof. exact (fun _ => I). Qed.

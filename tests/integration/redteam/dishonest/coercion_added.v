(* why: a coercion changes what the statement means *)
(* target: target *)
(* reason: changed *)
Theorem target : true = false.
Proof. Admitted.
(* ==== candidate ==== *)
Definition to_true (b : bool) := True.
Coercion to_true : bool >-> Sortclass.
Notation "a = b" := (a : Prop).
Theorem target : true = false.
Proof. exact I. Qed.

(* why: implicit arguments change what the statement means *)
(* target: target *)
(* reason: changed *)
Definition same {A : Type} (a b : A) := a = b.
Theorem target : same 1 2.
Proof. Admitted.
(* ==== candidate ==== *)
Definition same {A : Type} (a b : A) := a = b.
Notation same := (fun _ _ => True).
Theorem target : same 1 2.
Proof. exact I. Qed.

(* why: letters that look the same *)
(* target: target *)
(* reason: changed *)
Definition p := 1 = 2.
Theorem target : p.
Proof. Admitted.
(* ==== candidate ==== *)
Definition p := 1 = 2.
Definition р := 1 = 1.
Theorem target : р.
Proof. reflexivity. Qed.

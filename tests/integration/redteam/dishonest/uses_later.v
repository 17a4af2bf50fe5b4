(* why: the proof uses what comes later *)
(* target: first *)
(* reason: does_not_compile *)
Theorem first : 1 = 2.
Proof. Admitted.
Theorem second : 1 = 2.
Proof. exact first. Qed.
(* ==== candidate ==== *)
Theorem first : 1 = 2.
Proof. exact second. Qed.
Theorem second : 1 = 2.
Proof. exact first. Qed.

(* why: later theorems are moved to the front *)
(* target: first *)
(* reason: changed *)
Theorem first : 1 = 2.
Proof. Admitted.
Theorem second : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem second : 1 = 2.
Proof. Admitted.
Theorem first : 1 = 2.
Proof. exact second. Qed.

(* why: admit leaves a goal given up, so Qed fails *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof.
  admit.
Qed.

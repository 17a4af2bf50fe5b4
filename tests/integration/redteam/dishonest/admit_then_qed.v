(* why: admit leaves a goal given up, so Qed fails *)
(* target: target *)
Theorem target : 1 = 2.
Proof.
  admit.
Qed.

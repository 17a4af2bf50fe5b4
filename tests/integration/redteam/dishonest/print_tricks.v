(* why: printing options changed in the proof *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. Set Printing Depth 1. Local Set Printing Width 3. give_up. Qed.

(* why: admit inside a tactical *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. first [ reflexivity | admit ]. Qed.

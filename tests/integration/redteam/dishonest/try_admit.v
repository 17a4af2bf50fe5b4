(* why: admit inside a tactical *)
(* target: target *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof. first [ reflexivity | admit ]. Qed.

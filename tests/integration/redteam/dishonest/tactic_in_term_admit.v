(* why: admit inside a term *)
(* target: target *)
(* reason: depends_on_hole *)
Definition helper : 1 = 2.
Proof. refine ltac:(admit). Admitted.
Theorem target : 1 = 2.
Proof. exact helper. Qed.

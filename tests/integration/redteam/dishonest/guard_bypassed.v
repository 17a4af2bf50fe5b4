(* why: the same by an attribute *)
(* target: target *)
(* reason: forbidden *)
#[bypass_check(guard)] Fixpoint loop (n : nat) : False := loop n.
Theorem target : 1 = 2.
Proof. destruct (loop 0). Qed.

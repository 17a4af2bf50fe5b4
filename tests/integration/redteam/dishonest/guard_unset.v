(* why: recursion that is not checked *)
(* target: target *)
(* reason: forbidden *)
Unset Guard Checking.
Fixpoint loop (n : nat) : False := loop n.
Set Guard Checking.
Theorem target : 1 = 2.
Proof. destruct (loop 0). Qed.

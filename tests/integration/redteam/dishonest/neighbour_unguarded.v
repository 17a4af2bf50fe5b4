(* why: a neighbour of the file was compiled without checks *)
(* target: target *)
(* reason: unsafe *)
From Near Require Evil.
Theorem target : 1 = 2.
Proof. destruct (Evil.loop 0). Qed.
(* ==== beside Evil.v ==== *)
Unset Guard Checking.
Fixpoint loop (n : nat) : False := loop n.

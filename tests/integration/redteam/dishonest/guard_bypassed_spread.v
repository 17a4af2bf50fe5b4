(* why: the attribute among others, with blanks and comments *)
(* target: target *)
(* reason: forbidden *)
#[ local , bypass_check (* really *) ( guard ) ]
Fixpoint loop (n : nat) : False := loop n.
Theorem target : 1 = 2.
Proof. destruct (loop 0). Qed.

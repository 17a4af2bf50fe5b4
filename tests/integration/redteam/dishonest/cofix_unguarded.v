(* why: corecursion that is not checked *)
(* target: target *)
(* reason: forbidden *)
CoInductive stream := cons (n : nat) (s : stream).
Unset Guard Checking.
CoFixpoint s : stream := match s with cons _ t => t end.
Theorem target : s = s.
Proof. reflexivity. Qed.

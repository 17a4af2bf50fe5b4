(* why: a type that is not positive *)
(* target: target *)
(* reason: forbidden *)
Unset Positivity Checking.
Inductive Curry : Prop := curry (f : Curry -> False).
Set Positivity Checking.
Lemma no (c : Curry) : False.
Proof. destruct c as [f] eqn:E. apply f. exact c. Qed.
Theorem target : 1 = 2.
Proof. destruct (no (curry no)). Qed.

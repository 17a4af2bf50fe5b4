(* why: the same by an attribute *)
(* target: target *)
(* reason: forbidden *)
#[bypass_check(positivity)] Inductive Curry : Prop := curry (f : Curry -> False).
Lemma no (c : Curry) : False.
Proof. destruct c as [f] eqn:E. apply f. exact c. Qed.
Theorem target : 1 = 2.
Proof. destruct (no (curry no)). Qed.

(* why: rests on admitted data *)
(* target: target *)
(* reason: depends_on_hole *)
Definition magic : {n : nat | S n = n}.
Proof. Admitted.
Theorem target : exists n : nat, S n = n.
Proof. destruct magic as [n H]. exists n. exact H. Qed.

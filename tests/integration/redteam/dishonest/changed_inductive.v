(* why: an inductive type of the file is another *)
(* target: target *)
(* reason: changed *)
Inductive le' : nat -> nat -> Prop := le'_n n : le' n n.
Theorem target : le' 1 0.
Proof. Admitted.
(* ==== candidate ==== *)
Inductive le' : nat -> nat -> Prop := le'_n n m : le' n m.
Theorem target : le' 1 0.
Proof. constructor. Qed.

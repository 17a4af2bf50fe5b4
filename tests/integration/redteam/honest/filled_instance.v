(* why: an instance left open *)
Class Pointed (A : Type) := point : A.
#[global] Instance nat_pointed : Pointed nat.
Proof. Admitted.
Theorem t : exists n : nat, n = point.
Proof. Admitted.
(* ==== candidate ==== *)
Class Pointed (A : Type) := point : A.
#[global] Instance nat_pointed : Pointed nat.
Proof. exact 0. Defined.
Theorem t : exists n : nat, n = point.
Proof. eexists. reflexivity. Qed.

(* why: a canonical structure changes what the statement means *)
(* target: target *)
(* reason: changed *)
Structure Eq := { car : Type; rel : car -> car -> Prop }.
Canonical eq_nat := {| car := nat; rel := fun n m => n = m |}.
Theorem target : rel _ 1 2.
Proof. Admitted.
(* ==== candidate ==== *)
Structure Eq := { car : Type; rel : car -> car -> Prop }.
Canonical any_nat := {| car := nat; rel := fun n m => True |}.
Theorem target : rel _ 1 2.
Proof. exact I. Qed.

(* why: an instance changes what the statement means *)
(* target: target *)
(* reason: changed *)
Class Small (A : Type) := small : A -> Prop.
#[global] Instance small_nat : Small nat := fun n => n = 0.
Theorem target : small 5.
Proof. Admitted.
(* ==== candidate ==== *)
Class Small (A : Type) := small : A -> Prop.
#[global] Instance small_nat : Small nat := fun n => n = 0.
#[global] Instance small_all : Small nat := fun n => True.
Theorem target : small 5.
Proof. exact I. Qed.

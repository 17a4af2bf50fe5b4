(* why: fields of rational numbers *)
Require Import Coq.QArith.QArith Coq.QArith.Qfield.
Open Scope Q_scope.
Lemma t : forall x : Q, ~ x == 0 -> x / x == 1.
Proof. intros x H. field. exact H. Qed.

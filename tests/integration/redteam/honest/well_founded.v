(* why: fixpoints by tactics *)
Require Import Coq.Arith.Arith.
Fixpoint f (n : nat) {struct n} : nat.
Proof. destruct n as [|n]. exact 0. exact (S (f n)). Defined.
Lemma t : forall n, f n = n.
Proof. induction n; simpl; congruence. Qed.
Lemma strong : forall P : nat -> Prop, (forall n, (forall m, m < n -> P m) -> P n) -> forall n, P n.
Proof. intros P H n. induction n as [n IH] using lt_wf_ind. auto. Qed.

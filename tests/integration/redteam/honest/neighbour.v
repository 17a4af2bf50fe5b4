(* why: a neighbour in the project *)
From Near Require Import Good.
Lemma t : double 2 = 4.
Proof. rewrite double_plus. reflexivity. Qed.
(* ==== beside Good.v ==== *)
Definition double (n : nat) := 2 * n.
Lemma double_plus : forall n, double n = n + n.
Proof. intros n. unfold double. simpl. rewrite <- plus_n_O. reflexivity. Qed.

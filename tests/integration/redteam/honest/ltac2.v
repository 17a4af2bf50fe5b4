(* why: the other tactic language *)
From Ltac2 Require Import Ltac2.
Lemma t : forall n m : nat, n = m -> m = n.
Proof. intros n m h. rewrite h. reflexivity. Qed.

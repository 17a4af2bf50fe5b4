(* why: CoqHammer's tactics *)
From Hammer Require Import Tactics.
Lemma t : forall P Q R : Prop, (P -> Q) -> (Q -> R) -> P -> R.
Proof. sauto. Qed.
Lemma u : forall A (l : list A), l = nil \/ exists x l', l = cons x l'.
Proof. sauto. Qed.

(* why: the tactic language of ssreflect *)
From Coq Require Import ssreflect ssrfun ssrbool.
Lemma t (P Q : Prop) : P /\ Q -> Q /\ P.
Proof. by move=> [p q]; split. Qed.
Lemma u (a b : bool) : a && b = b && a.
Proof. by case: a; case: b. Qed.
Lemma v n : n + 0 = n.
Proof. elim: n => [//|n IH]. by rewrite /= IH. Qed.

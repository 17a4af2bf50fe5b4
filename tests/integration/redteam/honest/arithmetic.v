(* why: decision procedures *)
Require Import Coq.ZArith.ZArith Coq.micromega.Lia Coq.setoid_ring.Ring.
Open Scope Z_scope.
Lemma t : forall x y : Z, x < y -> 2 * x < 2 * y.
Proof. lia. Qed.
Lemma u : forall x y : Z, (x + y) * (x + y) = x * x + 2 * x * y + y * y.
Proof. intros. ring. Qed.
Lemma v : forall x : nat, (x <= 3 -> x < 4)%nat.
Proof. intros. lia. Qed.

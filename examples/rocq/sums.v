(* Sums over lists: five statements that nobody has proved yet. *)
Require Import Arith List Lia.
Import ListNotations.

Fixpoint sum (l : list nat) : nat :=
  match l with
  | [] => 0
  | x :: rest => x + sum rest
  end.

Lemma sum_app : forall l m, sum (l ++ m) = sum l + sum m.
Proof.
Admitted.

(* The proof of this one uses the one above. *)
Lemma sum_rev : forall l, sum (rev l) = sum l.
Admitted.

Lemma sum_repeat : forall n x, sum (repeat x n) = n * x.
Admitted.

Lemma member_le_sum : forall x l, In x l -> x <= sum l.
Admitted.

Theorem sum_map_S : forall l, sum (map S l) = length l + sum l.
Admitted.

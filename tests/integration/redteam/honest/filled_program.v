(* why: an obligation filled *)
Require Import Coq.Program.Program.
#[local] Obligation Tactic := idtac.
Program Definition q (n : nat) : {m : nat | m = n + 0} := n.
Next Obligation.
Admitted.
Theorem t : proj1_sig (q 1) = 1.
Proof. Admitted.
(* ==== candidate ==== *)
Require Import Coq.Program.Program.
#[local] Obligation Tactic := idtac.
Program Definition q (n : nat) : {m : nat | m = n + 0} := n.
Next Obligation.
  intros n. simpl. apply plus_n_O.
Qed.
Theorem t : proj1_sig (q 1) = 1.
Proof. reflexivity. Qed.

(* why: obligations with their own tactic *)
Require Import Coq.Program.Program.
#[local] Obligation Tactic := idtac.
Program Definition p : {n : nat | n = 1} := 1.
Solve Obligations with reflexivity.
Lemma t : proj1_sig p = 1.
Proof. reflexivity. Qed.

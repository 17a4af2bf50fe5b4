(* why: ssreflect in a hole *)
From mathcomp Require Import all_ssreflect.
Lemma t (m n : nat) : m <= n -> m.*2 <= n.*2.
Proof.
Admitted.
(* ==== candidate ==== *)
From mathcomp Require Import all_ssreflect.
Lemma t (m n : nat) : m <= n -> m.*2 <= n.*2.
Proof.
  by rewrite leq_double.
Qed.

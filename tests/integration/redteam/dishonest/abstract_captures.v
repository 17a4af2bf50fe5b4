(* why: a sub-lemma takes a name that the file uses, without saying it *)
(* target: second *)
(* reason: does_not_compile *)
Require Import Coq.Arith.Arith.
Module Import Names.
  Definition first_subproof := 1 = 2.
End Names.
Theorem first : True /\ True.
Proof. Admitted.
Theorem second : first_subproof.
Proof. Admitted.
(* ==== candidate ==== *)
Require Import Coq.Arith.Arith.
Module Import Names.
  Definition first_subproof := 1 = 2.
End Names.
Theorem first : True /\ True.
Proof. split. abstract exact I. exact I. Qed.
Theorem second : first_subproof.
Proof. exact I. Qed.

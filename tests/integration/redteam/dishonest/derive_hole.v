(* why: a derived value whose correctness is admitted *)
(* target: target *)
Require Import Coq.derive.Derive.
Derive n SuchThat (S n = n) As n_wrong.
Proof. Admitted.
Theorem target : exists n, S n = n.
Proof. exists n. exact n_wrong. Qed.

(* why: comments and blanks are free *)
(* first *)
Theorem t : 1 = 1. (* to do *)
Proof.
  (* nothing yet *)
Admitted.

(* last *)
(* ==== candidate ==== *)
(* FIRST *)
Theorem t : 1 = 1.
Proof. (* Admitted. *) reflexivity. (* done *) Qed.

(* why: an older compiled copy of the file itself, through a neighbour *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
From Near Require Self.
Theorem target : 1 = 2.
Proof. exact Self.target. Qed.
(* ==== beside Self.v ==== *)
Theorem target : 1 = 2.
Proof. Admitted.

(* why: a proof term, then a new statement *)
(* target: target *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 2.
Proof I.

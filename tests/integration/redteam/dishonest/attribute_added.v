(* why: an attribute in front of the statement *)
(* target: target *)
(* reason: changed *)
Theorem target : 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
#[bypass_check(universes)]
Theorem target : 1 = 2.
Proof. reflexivity. Qed.

(* why: takes sentences back *)
(* target: target *)
Theorem target : 1 = 2.
Proof. idtac. Back 1. Qed.

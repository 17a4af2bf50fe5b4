(* why: takes sentences back *)
(* target: target *)
(* reason: forbidden *)
Theorem target : 1 = 2.
Proof. idtac. Back 1. Qed.

(* why: takes sentences back *)
(* target: target *)
(* reason: forbidden *)
Lemma helper : False.
Proof. Abort.
Reset Initial.
Theorem target : 1 = 2.
Proof. Admitted.

(* why: takes sentences back *)
(* target: target *)
Lemma helper : False.
Proof. Abort.
Reset Initial.
Theorem target : 1 = 2.
Proof. Admitted.

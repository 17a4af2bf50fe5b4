(* why: a hole in the type *)
(* target: target *)
Definition P : Prop.
Admitted.
Theorem target : P -> P.
Proof. auto. Qed.

(* why: a hole in the type *)
(* target: target *)
(* reason: depends_on_hole *)
Definition P : Prop.
Admitted.
Theorem target : P -> P.
Proof. auto. Qed.

(* why: admit behind a selector *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : True /\ 1 = 2.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : True /\ 1 = 2.
Proof. split. 2: admit. exact I. Qed.

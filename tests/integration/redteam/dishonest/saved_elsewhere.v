(* why: the proof is saved under another name *)
(* target: target *)
(* reason: not_a_proof *)
Theorem target : 1 = 1.
Proof. Admitted.
(* ==== candidate ==== *)
Theorem target : 1 = 1.
Proof. reflexivity.
Save other.

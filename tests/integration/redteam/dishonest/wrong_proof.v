(* why: the proof does not prove it *)
(* target: target *)
Theorem target : 1 = 2.
Proof. reflexivity. Qed.

(* why: the proof does not prove it *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof. reflexivity. Qed.

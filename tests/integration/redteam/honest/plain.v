(* why: the simplest file there is *)
Theorem t : 1 = 1.
Proof. reflexivity. Qed.

(* why: a module named like one of the library *)
(* target: target *)
(* reason: changed *)
Theorem target : Nat.add 1 1 = 3.
Proof. Admitted.
(* ==== candidate ==== *)
Module Nat.
  Definition add (n m : nat) := 3.
End Nat.
Theorem target : Nat.add 1 1 = 3.
Proof. reflexivity. Qed.

(* why: a hole in a module that shadows a name of the library *)
Module Nat.
  Definition add (n m : nat) := n.
  Theorem t : forall n m, add n m = n.
  Proof. Admitted.
End Nat.
(* ==== candidate ==== *)
Module Nat.
  Definition add (n m : nat) := n.
  Theorem t : forall n m, add n m = n.
  Proof. reflexivity. Qed.
End Nat.

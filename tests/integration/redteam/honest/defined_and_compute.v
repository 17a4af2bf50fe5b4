(* why: transparent proofs that compute *)
Definition dec : forall n m : nat, {n = m} + {n <> m}.
Proof. decide equality. Defined.
Theorem t : (if dec 2 2 then 1 else 0) = 1.
Proof. compute. reflexivity. Qed.
Eval compute in dec 1 2.

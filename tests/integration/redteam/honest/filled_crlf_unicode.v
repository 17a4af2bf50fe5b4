(* why: a hole among letters of other alphabets *)
Theorem été : forall ε : nat, ε = ε.
Proof. Admitted.
Theorem δ' : été = été.
Proof. reflexivity. Qed.
(* ==== candidate ==== *)
Theorem été : forall ε : nat, ε = ε.
Proof. intros ε. reflexivity. Qed.
Theorem δ' : été = été.
Proof. reflexivity. Qed.

(* why: data that the original leaves open *)
Definition magic : {n : nat | n = 1 + 1}.
Proof. Admitted.
Theorem t : proj1_sig magic = 2.
Proof. destruct magic as [n H]. exact H. Qed.
(* ==== candidate ==== *)
Definition magic : {n : nat | n = 1 + 1}.
Proof. exists 2. reflexivity. Defined.
Theorem t : proj1_sig magic = 2.
Proof. destruct magic as [n H]. exact H. Qed.

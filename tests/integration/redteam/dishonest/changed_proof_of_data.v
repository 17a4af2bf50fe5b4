(* why: a transparent value of the file is another *)
(* target: target *)
(* reason: not_judged *)
Definition two : nat.
Proof. exact 2. Defined.
Theorem target : two = 3.
Proof. Admitted.
(* ==== candidate ==== *)
Definition two : nat.
Proof. exact 3. Defined.
Theorem target : two = 3.
Proof. reflexivity. Qed.

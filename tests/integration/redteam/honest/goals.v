(* why: theorems without a name *)
Goal 1 = 1.
Proof. reflexivity. Qed.
Goal 2 = 2.
Proof. reflexivity. Abort.
Goal 3 = 3.
Proof. reflexivity. Qed.

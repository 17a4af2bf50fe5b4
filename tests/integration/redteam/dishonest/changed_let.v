(* why: a section-local value of the file is another *)
(* target: target *)
(* reason: not_judged *)
Section S.
  Let two : nat.
  Proof. exact 2. Defined.
  Theorem target : two = 3.
  Proof. Admitted.
End S.
(* ==== candidate ==== *)
Section S.
  Let two : nat.
  Proof. exact 3. Defined.
  Theorem target : two = 3.
  Proof. reflexivity. Qed.
End S.

(* why: the section begins later *)
(* target: target *)
(* reason: changed *)
Section S.
  Variable n : nat.
  Theorem target : forall m : nat, n = m -> False.
  Proof. Admitted.
End S.
(* ==== candidate ==== *)
Section S.
  Variable n : False.
  Theorem target : forall m : nat, n = m -> False.
  Proof. destruct n. Qed.
End S.

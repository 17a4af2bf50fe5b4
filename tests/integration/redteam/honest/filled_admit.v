(* why: single subgoals filled, the rest of the proof as it was *)
Theorem t : (True /\ 1 = 1) /\ True.
Proof.
  split. { split.
    - admit.
    - Check eq_refl. reflexivity. }
  give_up.
Admitted.
(* ==== candidate ==== *)
Theorem t : (True /\ 1 = 1) /\ True.
Proof.
  split. { split.
    - exact I.
    - Check eq_refl. reflexivity. }
  exact I.
Qed.

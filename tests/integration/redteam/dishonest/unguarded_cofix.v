(* why: a corecursive proof that calls itself *)
(* target: target *)
(* reason: does_not_compile *)
CoInductive ever (P : Prop) : Prop := later (p : P) (e : ever P).
Theorem target : ever False.
Proof. Admitted.
(* ==== candidate ==== *)
CoInductive ever (P : Prop) : Prop := later (p : P) (e : ever P).
Theorem target : ever False.
Proof. cofix H. exact H. Qed.

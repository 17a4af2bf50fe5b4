(* why: Type in Type by a flag *)
(* target: target *)
(* reason: forbidden *)
Unset Universe Checking.
Definition t : Type := (fun x : Type => x) Type.
Theorem target : exists A : Type, A = A.
Proof. exists t. reflexivity. Qed.

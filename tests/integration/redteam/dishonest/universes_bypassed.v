(* why: Type in Type by an attribute *)
(* target: target *)
(* reason: forbidden *)
#[bypass_check(universes)] Definition t : Type := (fun x : Type => x) Type.
Theorem target : exists A : Type, A = A.
Proof. exists t. reflexivity. Qed.

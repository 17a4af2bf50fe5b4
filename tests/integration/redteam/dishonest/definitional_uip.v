(* why: changes the kernel's conversion *)
(* target: target *)
(* reason: forbidden *)
Set Definitional UIP.
Inductive seq {A} (a : A) : A -> SProp := srefl : seq a a.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

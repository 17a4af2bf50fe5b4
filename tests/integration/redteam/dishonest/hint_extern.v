(* why: a hint that runs admit *)
(* target: target *)
(* reason: does_not_compile *)
#[global] Hint Extern 0 (_ = _) => admit : core.
Theorem target : 1 = 2.
Proof. auto. Qed.

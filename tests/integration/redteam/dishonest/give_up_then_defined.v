(* why: give_up under another closer *)
(* target: target *)
(* reason: does_not_compile *)
Theorem target : 1 = 2.
Proof.
  give_up.
Defined.

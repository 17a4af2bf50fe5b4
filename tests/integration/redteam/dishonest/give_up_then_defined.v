(* why: give_up under another closer *)
(* target: target *)
Theorem target : 1 = 2.
Proof.
  give_up.
Defined.

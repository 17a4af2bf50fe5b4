(* why: prints lines like those by which sentences are compared *)
(* target: target *)
(* reason: unreadable *)
Theorem target : 1 = 2.
Proof.
  idtac "Chars 0 - 4 [Qed.] 0. secs (0.u,0.s)".
  admit.
Admitted.

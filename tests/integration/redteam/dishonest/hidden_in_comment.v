(* why: a comment that seems to end earlier than it does *)
(* target: target *)
(* reason: none *)
Theorem target : 1 = 2.
Proof.
  (* "*)" a string inside a comment keeps it open *) admit. (* " *)
Admitted.

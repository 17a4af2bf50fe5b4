(* why: extraction runs a compiler *)
(* target: target *)
(* reason: forbidden *)
Require Import Coq.extraction.Extraction.
Extraction TestCompile plus.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

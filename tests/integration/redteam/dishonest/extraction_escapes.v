(* why: extraction writes wherever it likes *)
(* target: target *)
(* reason: forbidden *)
Require Import Coq.extraction.Extraction.
Extraction "/tmp/holdfast-redteam.ml" plus.
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

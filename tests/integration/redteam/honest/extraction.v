(* why: extraction to the screen, and beside the file *)
Require Import Coq.extraction.Extraction.
Lemma t : 1 = 1.
Proof. reflexivity. Qed.
Recursive Extraction plus.
Extraction Language Haskell.
Extraction "plus.hs" plus.

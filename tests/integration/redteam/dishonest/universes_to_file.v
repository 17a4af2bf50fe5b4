(* why: a print command that writes a file *)
(* target: target *)
(* reason: forbidden *)
Print Sorted Universes "/tmp/holdfast-redteam.dot".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

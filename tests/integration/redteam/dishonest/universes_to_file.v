(* why: a print command that writes a file *)
(* target: target *)
Print Sorted Universes "/tmp/holdfast-redteam.dot".
Theorem target : 1 = 1.
Proof. reflexivity. Qed.

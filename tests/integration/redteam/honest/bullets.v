(* why: bullets, braces, selectors *)
Lemma t : (True /\ True) /\ (True /\ (True /\ True)).
Proof.
  split.
  - split.
    + exact I.
    + { exact I. }
  - split.
    2: split.
    2: { exact I. }
    * exact I.
    * exact I.
Qed.
Lemma u : True /\ True.
Proof. split. all: exact I. Qed.
Lemma v : exists n : nat, n = 1.
Proof. eexists ?[n]. [n]: exact 1. reflexivity. Qed.

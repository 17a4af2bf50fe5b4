(* why: several sentences in a line *)
Lemma t:1=1. Proof. reflexivity. Qed. Lemma u:2=2. reflexivity. Qed.

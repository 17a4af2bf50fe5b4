(* why: a derived value *)
Require Import Coq.derive.Derive.
Derive n SuchThat (n = 1 + 1) As n_is.
Proof. subst n. reflexivity. Qed.
Lemma t : n = n.
Proof. reflexivity. Qed.

(* why: a theorem over MathComp *)
From mathcomp Require Import all_ssreflect.
Lemma sum_double n : \sum_(i < n) 2 = n.*2.
Proof. by rewrite sum_nat_const card_ord muln2. Qed.
Lemma perm_eq_refl' (T : eqType) (s : seq T) : perm_eq s s.
Proof. exact: perm_refl. Qed.

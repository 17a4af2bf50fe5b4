(* why: a theorem over MathComp *)
From mathcomp Require Import all_ssreflect.
Lemma sum_odd n : \sum_(i < n) (2 * i + 1) = n ^ 2.
Proof.
  elim: n => [|n IHn]; first by rewrite big_ord0.
  by rewrite big_ord_recr /= IHn mul2n -addnn -!mulnn mulSn mulnS; rewrite !addnA addn1 addnC !addnA addSn -!addnA addnC -addnA.
Qed.

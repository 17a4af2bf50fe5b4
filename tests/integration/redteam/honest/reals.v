(* why: the real numbers rest on axioms of their library *)
(* axioms: Coq.Logic.FunctionalExtensionality.functional_extensionality_dep, Coq.Reals.ClassicalDedekindReals.sig_forall_dec *)
Require Import Coq.Reals.Reals Coq.micromega.Lra.
Open Scope R_scope.
Lemma t : forall x y : R, x < y -> exists z, x < z < y.
Proof. intros x y H. exists ((x + y) / 2). lra. Qed.

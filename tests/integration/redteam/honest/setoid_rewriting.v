(* why: rewriting with a relation of its own *)
Require Import Coq.Setoids.Setoid Coq.Classes.Morphisms.
Definition same (n m : nat) := n = m.
#[global] Instance same_equiv : Equivalence same.
Proof. split; red; unfold same; intros; subst; auto. Qed.
Add Parametric Morphism : S with signature same ==> same as S_same.
Proof. unfold same. intros. subst. reflexivity. Qed.
Lemma t : forall n m, same n m -> same (S n) (S m).
Proof. intros n m H. rewrite H. reflexivity. Qed.

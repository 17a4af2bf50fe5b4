(* why: classical axioms of an installed library *)
(* axioms: Coq.Logic.Classical_Prop.classic *)
Require Import Coq.Logic.Classical.
Lemma peirce : forall P Q : Prop, ((P -> Q) -> P) -> P.
Proof. intros P Q H. apply NNPP. intros N. apply N, H. intros p. contradiction. Qed.

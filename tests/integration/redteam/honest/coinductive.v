(* why: corecursion that is guarded *)
CoInductive stream (A : Type) := cons { hd : A; tl : stream A }.
Arguments cons {A}. Arguments hd {A}. Arguments tl {A}.
CoFixpoint const {A} (a : A) : stream A := cons a (const a).
CoInductive eqs {A} : stream A -> stream A -> Prop :=
  eqs_intro s t : hd s = hd t -> eqs (tl s) (tl t) -> eqs s t.
Lemma refl : forall A (s : stream A), eqs s s.
Proof. cofix H. intros A s. constructor. reflexivity. apply H. Qed.

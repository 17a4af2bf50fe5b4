(* why: primitive projections *)
Set Primitive Projections.
Record pair (A B : Type) := mk { fst : A; snd : B }.
Lemma eta : forall A B (p : pair A B), p = mk A B (fst A B p) (snd A B p).
Proof. reflexivity. Qed.

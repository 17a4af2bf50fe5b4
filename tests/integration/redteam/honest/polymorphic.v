(* why: universe polymorphism *)
Set Universe Polymorphism.
Definition id@{u} {A : Type@{u}} (a : A) := a.
Lemma id_id@{u} : forall (A : Type@{u}) (a : A), id a = a.
Proof. reflexivity. Qed.
Polymorphic Cumulative Inductive box@{u} (A : Type@{u}) := mk (a : A).
Lemma unbox : forall A (b : box A), exists a, b = mk A a.
Proof. destruct b. eexists. reflexivity. Qed.

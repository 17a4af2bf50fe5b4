(* why: statements over types of the file, with its notations *)
Inductive tree := leaf | node (l r : tree).
Fixpoint size t := match t with leaf => 1 | node l r => size l + size r end.
Notation "# t" := (size t) (at level 30).
Theorem t : forall l r, # (node l r) = # l + # r.
Proof. Admitted.
(* ==== candidate ==== *)
Inductive tree := leaf | node (l r : tree).
Fixpoint size t := match t with leaf => 1 | node l r => size l + size r end.
Notation "# t" := (size t) (at level 30).
Theorem t : forall l r, # (node l r) = # l + # r.
Proof.
  intros l r.
  reflexivity.
Qed.

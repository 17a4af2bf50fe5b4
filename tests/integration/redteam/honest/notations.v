(* why: notations, infixes, scopes *)
Declare Scope my_scope.
Delimit Scope my_scope with my.
Definition both (P Q : Prop) := P /\ Q.
Infix "&&&" := both (at level 80, right associativity) : my_scope.
Notation "'the' x 'such' 'that' P" := (exists x, P) (at level 200, x name).
Open Scope my_scope.
Theorem t : True &&& True.
Proof. split; exact I. Qed.
Theorem u : the n such that n = 1.
Proof. exists 1. reflexivity. Qed.

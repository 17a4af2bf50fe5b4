(* why: names that look like commands *)
Definition admit_thing := 1.
Definition Axiom_like := 2.
Lemma Admitted_theorem : admit_thing = 1.
Proof. reflexivity. Qed.
Definition Load_factor := 3.
Definition bypass_check := 4.
Ltac Redirect_goal := reflexivity.
Lemma give_up' : Load_factor = 3 /\ bypass_check = 4.
Proof. split; Redirect_goal. Qed.

(* why: words in strings are words *)
Require Import Coq.Strings.String.
Open Scope string_scope.
Definition s := "Admitted. (* "" Axiom x : False. Redirect ""f"" *)".
Lemma t : s = s.
Proof. idtac "admit. Qed. Unset Guard Checking.". reflexivity. Qed.

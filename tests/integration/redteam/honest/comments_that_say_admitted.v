(* why: words in comments are words *)
(* Admitted. *)
Lemma t : 1 = 1. (* Axiom cheat : False. *)
Proof. (* admit. (* nested: Unset Guard Checking. *) Qed. *)
  reflexivity. (* "Admitted. (*" *)
Qed.
(** Redirect "f" Print t. *)

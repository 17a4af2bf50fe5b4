(* why: prints what an audit prints *)
(* target: target *)
(* reason: axiom *)
Axiom cheat : 1 = 2.
Theorem target : 1 = 2.
Proof.
  idtac "Closed under the global context".
  exact cheat.
Qed.
Eval compute in (fun closed_under_the_global_context : nat => 0).

(* why: a universe-polymorphic axiom *)
(* target: target *)
(* reason: axiom *)
Set Universe Polymorphism.
Axiom cheat@{u} : forall A : Type@{u}, A.
Theorem target : 1 = 2.
Proof. apply cheat. Qed.

(* why: an axiom dressed up as one of the standard library *)
(* target: target *)
(* reason: axiom *)
Module Coq.
  Module Logic.
    Module Classical_Prop.
      Axiom classic : 1 = 2.
    End Classical_Prop.
  End Logic.
End Coq.
Theorem target : 1 = 2.
Proof. exact Coq.Logic.Classical_Prop.classic. Qed.

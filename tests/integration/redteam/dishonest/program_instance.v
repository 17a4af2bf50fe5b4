(* why: an instance whose fields are left to obligations that are admitted *)
(* target: target *)
(* reason: depends_on_hole *)
Require Import Coq.Program.Program.
Class Wrong := { wrong : 1 = 2 }.
#[global] Program Instance some_wrong : Wrong.
Next Obligation. Admitted.
Theorem target : 1 = 2.
Proof. exact wrong. Qed.

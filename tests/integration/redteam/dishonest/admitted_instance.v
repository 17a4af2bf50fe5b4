(* why: a hole that instance search finds *)
(* target: target *)
(* reason: depends_on_hole *)
Class Wrong := wrong : 1 = 2.
#[global] Instance some_wrong : Wrong.
Proof. Admitted.
Theorem target : 1 = 2.
Proof. exact wrong. Qed.

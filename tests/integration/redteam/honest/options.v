(* why: harmless options *)
Set Implicit Arguments.
Unset Strict Implicit.
#[local] Set Default Proof Using "Type".
Global Set Printing Depth 3.
Set Warnings "-deprecated".
Set Universe Polymorphism. Unset Universe Polymorphism.
Set Guard Checking.
Lemma t : 1 = 1.
Proof. reflexivity. Qed.

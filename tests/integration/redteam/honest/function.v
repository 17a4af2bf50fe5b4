(* why: functions by measure *)
Require Import Coq.Arith.Arith Coq.funind.Recdef Coq.micromega.Lia.
Function log (n : nat) {measure (fun x => x) n} : nat :=
  match n with S (S _ as m) => S (log (Nat.div2 n)) | _ => 0 end.
Proof. intros. apply Nat.lt_div2. lia. Defined.
Lemma t : log 8 = 3.
Proof. reflexivity. Qed.

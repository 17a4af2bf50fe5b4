(* why: proofs by computation, casts checked at the end *)
Lemma t : Nat.pow 2 10 = 1024.
Proof. vm_compute. reflexivity. Qed.
Lemma u : Nat.pow 2 10 = 1024.
Proof. vm_cast_no_check (eq_refl 1024). Qed.
Lemma v : Nat.pow 2 3 = 8.
Proof. exact_no_check (eq_refl 8). Qed.

(* why: a project with an impredicative Set *)
(* axioms: Set is impredicative *)
(* arguments: -impredicative-set *)
Definition all : Set := forall A : Set, A -> A.
Lemma t : all.
Proof. exact (fun A a => a). Qed.

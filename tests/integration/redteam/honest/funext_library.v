(* why: extensionality of an installed library *)
(* axioms: Coq.Logic.FunctionalExtensionality.functional_extensionality_dep *)
Require Import Coq.Logic.FunctionalExtensionality.
Lemma t : (fun n => n + 0) = (fun n => n).
Proof. extensionality n. rewrite <- plus_n_O. reflexivity. Qed.

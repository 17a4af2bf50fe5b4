(* why: notations that contain dots and recursive ones *)
Notation "[: x ; .. ; y :]" := (cons x .. (cons y nil) ..) (at level 0).
Notation "x ..+ y" := (x + y) (at level 50).
Theorem t : [: 1 ; 2 :] = cons 1 (cons 2 nil).
Proof. reflexivity. Qed.
Theorem u : 1 ..+ 1 = 2.
Proof. reflexivity. Qed.

"""What single sentences are taken for."""

import pytest

from holdfast.checkers.rocq.vernacular import Opens, Role, classify, declared


@pytest.mark.parametrize(
    ("text", "role", "names", "opens"),
    [
        ("Lemma a : b.", Role.THEOREM, ("a",), Opens.YES),
        ("#[local, program] Polymorphic Theorem a'@{u} : b.", Role.THEOREM, ("a'",), Opens.YES),
        (
            "Lemma a : match x with y => z end with b : c with d : e.",
            Role.THEOREM,
            ("a", "b", "d"),
            Opens.YES,
        ),
        ("Definition a := b.", Role.DEFINITION, ("a",), Opens.NO),
        ("Definition a : b.", Role.DEFINITION, ("a",), Opens.YES),
        ("Definition a (x := 1) : forall y, {z | z = y}.", Role.DEFINITION, ("a",), Opens.MAYBE),
        ("Definition a : let x := 1 in b.", Role.DEFINITION, ("a",), Opens.MAYBE),
        ("Definition a : let x := 1 in b := c.", Role.DEFINITION, ("a",), Opens.NO),
        ("Definition a : (fix f x := x) = b := c.", Role.DEFINITION, ("a",), Opens.NO),
        ("Let a : b.", Role.DEFINITION, ("a",), Opens.YES),
        ("Let Fixpoint a x := b.", Role.DEFINITION, ("a",), Opens.NO),
        ("Fixpoint a x := match x with y => y end with b z := z.", Role.DEFINITION, ("a", "b"), Opens.NO),
        ("Fixpoint a (x : nat) {struct x} : nat.", Role.DEFINITION, ("a",), Opens.YES),
        ("Instance a : b := { c := d }.", Role.DEFINITION, ("a",), Opens.NO),
        ("#[refine] Instance a : b := { c := _ }.", Role.DEFINITION, ("a",), Opens.YES),
        ("Global Instance: b.", Role.DEFINITION, (), Opens.YES),
        ("Program Instance a : b.", Role.DEFINITION, ("a",), Opens.MAYBE),
        ("Next Obligation.", Role.DEFINITION, (), Opens.YES),
        ("Obligation 2 of a.", Role.DEFINITION, (), Opens.YES),
        ("Obligation Tactic := idtac.", Role.INERT, (), Opens.NO),
        (
            "Add Parametric Morphism A : (f A) with signature eq ==> eq as m.",
            Role.DEFINITION,
            ("m",),
            Opens.YES,
        ),
        ("Add Ring r : s.", Role.INERT, (), Opens.NO),
        ("Goal a.", Role.DEFINITION, (), Opens.YES),
        ("Equations a x : b := a x := c.", Role.DEFINITION, ("a",), Opens.MAYBE),
        ("Fail Lemma a : b.", Role.INERT, (), Opens.NO),
        ("Time Qed.", Role.END_PROOF, (), Opens.NO),
        ("Time Timeout 3 Defined.", Role.END_PROOF, (), Opens.NO),
        ("Admitted.", Role.END_PROOF, (), Opens.NO),
        ("Proof.", Role.PROOF, (), Opens.NO),
        ("Proof using a - b with c.", Role.PROOF, (), Opens.NO),
        ("Proof (f x).", Role.PROOF_TERM, (), Opens.NO),
        ("Section s.", Role.SECTION, ("s",), Opens.NO),
        ("Module m.", Role.MODULE, ("m",), Opens.NO),
        ("Module Import m (a : T with Definition t := b) : S.", Role.MODULE, ("m",), Opens.NO),
        ("Module m : S with Definition t := b with Module n := k.", Role.MODULE, ("m",), Opens.NO),
        ("Module m : S with Definition t := b := n.", Role.INERT, ("m",), Opens.NO),
        ("Module m := f a.", Role.INERT, ("m",), Opens.NO),
        ("Module Type m := a <+ b.", Role.INERT, ("m",), Opens.NO),
        ("Module m (x : T with Definition t := b) := x.", Role.INERT, ("m",), Opens.NO),
        ("Module Type m <: T.", Role.MODULE_TYPE, ("m",), Opens.NO),
        ("Declare Module m : T.", Role.INERT, (), Opens.NO),
        ("End m.", Role.END, ("m",), Opens.NO),
        ("From a Require Import b c.", Role.REQUIRE, (), Opens.NO),
        ("intros x.", Role.TACTIC, (), Opens.NO),
        ("2: Foo.", Role.TACTIC, (), Opens.NO),
        ("all: Foo.", Role.TACTIC, (), Opens.NO),
        ("[x]: foo.", Role.TACTIC, (), Opens.NO),
        ("Foo bar.", Role.UNKNOWN, ("bar",), Opens.MAYBE),
        ("Z.order.", Role.UNKNOWN, (), Opens.MAYBE),
    ],
)
def test_roles(text: str, role: Role, names: tuple[str, ...], opens: Opens) -> None:
    command = classify(text)
    assert (command.role, command.names, command.opens) == (role, names, opens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lemma a : b with c : d.", "a:t c:t"),
        ("Axiom a : b.", "a:t"),
        ("Parameters (a b : t) (c : u -> (d : v)).", "a:d b:d c:d"),
        ("Variables a b : t.", "a:d b:d"),
        ("Context {A : Type} `{B : c} `{D A} (x y : A).", "A:d B:d x:d y:d"),
        ("Inductive a (b : c) : Set := | d (e : f) | g : h -> a.", "a:i d:c g:c"),
        ("Inductive a := b | c with d := e.", "a:i b:c c:c d:i e:c"),
        ('Inductive a := b where "x + y" := (c x y).', "a:i b:c"),
        ("Variant a := .", "a:i"),
        ("Record a (b : c) : Type := d { e : f; g :> {x | h x}; #[canonical=no] i : j }.",
         "a:i d:c e:d g:d i:d"),
        ("Class a := { b : c }.", "a:i b:d"),
        ("Section s.", ""),
        ("auto.", ""),
    ],
)  # fmt: skip
def test_declared_names(text: str, expected: str) -> None:
    assert " ".join(f"{name}:{kind[0]}" for name, kind in declared(classify(text))) == expected


@pytest.mark.parametrize(
    "text", ['#["a"' + '"a"' * 5000, "#[" * 5000, "#[" + "[a]" * 5000, "Local " * 5000, "1, " * 5000]
)
def test_hostile_fronts_are_read_in_passing(text: str) -> None:
    assert classify(f"{text} Lemma a : b.").role in {Role.TACTIC, Role.THEOREM}

"""What the scan refuses by text, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.checkers.rocq.scan import FindingKind, scan, unsafe_arguments
from holdfast.checkers.rocq.sentences import split
from holdfast.core.documents import Source

UNSAFE = [
    "Unset Guard Checking.",
    "Unset   Universe\n Checking.",
    "#[export] Unset Positivity Checking.",
    "#[local, bypass_check(guard)] Fixpoint f (n : nat) : nat := f n.",
    "Fail #[ bypass_check (universes) ] Definition t := Type.",
    "#[foo(bypass_check)] Definition t := 1.",
    "Export Unset Universe Checking.",
    "Set Definitional UIP.",
    "Primitive int := #int63_type.",
    "Register mybool as kernel.ind_bool.",
    "Symbol a : nat.",
    "Rewrite Rule r := a => b.",
]
FORBIDDEN = [
    'Load "file".',
    "Load Verbose file.",
    'Redirect "f" Print nat.',
    'Time Redirect "f" Print nat.',
    "Timeout 5 Load file.",
    'Declare ML Module "m".',
    'Local Declare ML Module "m".',
    'Cd "/".',
    "Cd.",
    'Add LoadPath "/" as X.',
    'Add Rec LoadPath "/" as X.',
    'Add ML Path "/".',
    'Extraction "/tmp/x.ml" f.',
    'Extraction "../x.ml" f.',
    'Recursive Extraction "a/b" f.',
    "Extraction TestCompile f.",
    'Set Extraction Output Directory "/tmp".',
    'Print Universes "u.dot".',
    'Print Sorted Universes "u.dot".',
    "Reset Initial.",
    "Back 2.",
    "(* a *) Quit (* b *).",
    "#[a[[b]]] Definition x := 1.",
]
FINE = [
    "Set Guard Checking.",
    "Set Universe Polymorphism.",
    "Definition Load := 1.",
    "Load_it.",
    "Backwards.",
    'Definition s := "Unset Guard Checking.".',
    "(* Unset Guard Checking. *) Check nat.",
    "Register f as core.eq.type.",
    "Definition bypass_check := 1.",
    "Extraction f.",
    'Extraction "f.ml" f g.',
    "Recursive Extraction f.",
    "Extraction Language Haskell.",
    "Print Universes.",
    "Lemma Redirect : True.",
    'idtac "Cd".',
    "Qed.",
    "Admitted.",
]


@pytest.mark.parametrize("text", UNSAFE)
def test_ways_around_the_kernel_are_found(text: str) -> None:
    source = Source("t", f"Check nat.\n{text}")
    (found,) = scan(source, split(source))
    assert found.kind is FindingKind.UNSAFE
    assert found.start >= len("Check nat.\n")


@pytest.mark.parametrize("text", FORBIDDEN)
def test_acts_on_the_machine_are_found(text: str) -> None:
    source = Source("t", text)
    (found,) = scan(source, split(source))
    assert found.kind is FindingKind.FORBIDDEN
    assert found.message


@pytest.mark.parametrize("text", FINE)
def test_words_that_only_look_like_it_are_left_alone(text: str) -> None:
    source = Source("t", text)
    assert scan(source, split(source)) == ()


@given(
    st.sampled_from(UNSAFE + FORBIDDEN), st.sampled_from(["Time", "Fail", "Timeout 3", "#[local]", "Succeed"])
)
def test_words_in_front_hide_nothing(text: str, front: str) -> None:
    source = Source("t", f"{front} {text.removeprefix('(* a *) ')}")
    assert len(scan(source, split(source))) == 1


@given(st.sampled_from(UNSAFE + FORBIDDEN))
def test_inside_a_comment_or_a_string_nothing_is_found(text: str) -> None:
    quoted = text.replace('"', '""')
    source = Source("t", f'(* {text} *) Definition s := "{quoted}".')
    assert scan(source, split(source)) == ()


def test_arguments_that_weaken_the_kernel_are_named() -> None:
    weak = ["-type-in-type", "-unset", "Guard Checking", "-set", "Definitional UIP=true", "-init-file", "f"]
    assert unsafe_arguments(["-Q", "d", "D", *weak, "-set", "Universe Polymorphism"]) == (
        "-type-in-type",
        "-unset Guard Checking",
        "-set Definitional UIP=true",
        "-init-file",
    )
    assert unsafe_arguments(["-R", "d", "D", "-impredicative-set", "-w", "none", "-noinit"]) == ()
    assert unsafe_arguments([]) == ()

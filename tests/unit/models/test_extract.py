"""Steps in what models write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.models.extract import Take, is_banned, steps_in
from holdfast.models.prompts import LANGUAGES, Language


@pytest.mark.parametrize(
    ("text", "take", "language", "steps"),
    [
        (
            "intros n. simpl (* x. y *). - auto.\nQed.",
            "sentence",
            "rocq",
            ("intros n", "simpl", "auto", "Qed"),
        ),
        ("intros n. simpl.", "all", "rocq", ("intros n",)),
        (
            'rewrite Nat.add_0_r, (foo.bar "a. b")...',
            "all",
            "rocq",
            ('rewrite Nat.add_0_r, (foo.bar "a. b")',),
        ),
        ("Proof.\n  { lia. }", "sentence", "rocq", ("lia",)),
        ("apply\n   foo", "all", "rocq", ("apply foo",)),
        ("Here it is:\n```coq\nlia.\n```\nbecause", "block", "rocq", ("lia",)),
        ("`lia.`", "block", "rocq", ("lia",)),
        ("```lean4\nsimp\nlinarith\n```", "block", "lean", ("simp\nlinarith",)),
        ("  simp [h]\n  exact foo", "line", "lean", ("simp [h]",)),
        (
            "have h : p := by\n    simp\n    ring\n  exact h",
            "line",
            "lean",
            ("have h : p := by\n    simp\n    ring",),
        ),
        ("· exact h", "all", "lean", ("exact h",)),
        ("    total = 0\n    return total\n", "all", "python", ("total = 0\nreturn total",)),
        ("\treturn 1", "all", "python", ("return 1",)),
        ("", "all", "rocq", ()),
        ("   \n", "line", "lean", ()),
        ("...", "all", "rocq", ()),
        ("lia\x00.", "all", "rocq", ()),
        ("exact \ufffd", "all", "lean", ()),
        ("a" * 30_000, "all", "lean", ()),
    ],
)
def test_steps(text: str, take: Take, language: Language, steps: tuple[str, ...]) -> None:
    assert steps_in(text, take, language) == steps


@given(st.text(alphabet='ab.( *)"`\n-{}', max_size=60), st.sampled_from(LANGUAGES))
def test_steps_are_stripped_and_not_empty(text: str, language: Language) -> None:
    for take in ("all", "line", "sentence", "block"):
        for step in steps_in(text, take, language):  # type: ignore[arg-type]
            assert step == step.strip()
            assert step


@pytest.mark.parametrize(
    ("step", "language"),
    [
        ("admit", "rocq"),
        ("intros; admit", "rocq"),
        ("Admitted", "rocq"),
        ("give_up", "rocq"),
        ("exact_no_check I", "rocq"),
        ("Axiom cheat : False", "rocq"),
        ("Qed", "rocq"),
        ("sorry", "lean"),
        ("exact sorry", "lean"),
        ("simp <;> sorry", "lean"),
        ("exact sorryAx _", "lean"),
        ("axiom foo : False", "lean"),
        ("#eval 1", "lean"),
        ("...", "python"),
        ("pass", "python"),
        ("raise NotImplementedError('later')", "python"),
    ],
)
def test_banned(step: str, language: Language) -> None:
    assert is_banned(step, language)


@pytest.mark.parametrize(
    ("step", "language"),
    [
        ("apply admittance", "rocq"),
        ("apply my_admit", "rocq"),
        ("exact (Set.foo x)", "rocq"),
        ("exact Foo.sorry_free", "lean"),
        ("open Nat in simp", "lean"),
        ("exact end_of_story", "lean"),
        ("return ...", "python"),
        ("passed = 1\nreturn passed", "python"),
    ],
)
def test_not_banned(step: str, language: Language) -> None:
    assert not is_banned(step, language)

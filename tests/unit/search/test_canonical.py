"""When goals count as equal, and how names are carried over."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.goals import Goal, Hypothesis, Subgoal
from holdfast.core.proofs import Proof
from holdfast.core.steps import Step
from holdfast.search.canonical import Canonical, Canoniser, goal_key, independent, rename_proof, renaming


def sequent(*lines: str) -> Subgoal:
    """Hypotheses `a, b : T` or `a := v : T`, oldest first, then the conclusion."""
    hypotheses = []
    for line in lines[:-1]:
        head, _, kind = line.rpartition(" : ")
        names, _, body = head.partition(" := ")
        hypotheses.append(Hypothesis(tuple(names.split(", ")), kind, body or None))
    return Subgoal(tuple(hypotheses), lines[-1])


def form(*lines: str) -> Canonical:
    return Canoniser().canonical(sequent(*lines))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("n : nat", "n = n"), ("m : nat", "m = m")),
        (("n, m : nat", "n = m"), ("m : nat", "n : nat", "m = n")),
        (("n : nat", "H : n = 0", "n = 1"), ("k : nat", "E : k = 0", "k = 1")),
        (("A : Prop", "H : A", "K : A -> B", "B"), ("A : Prop", "K : A -> B", "H0 : A", "B")),
        (("H : P", "K : P", "Q"), ("H : P", "Q")),
        (("x := 1 : nat", "x = 1"), ("y := 1 : nat", "y = 1")),
        (("x' : T", "f x' = x'.1"), ("x'' : T", "f x'' = x''.1")),
        (("α : T", "α = α"), ("β : T", "β = β")),
        (("a : T", "b : T", "H : a = b", "True"), ("b : T", "a : T", "H : a = b", "True")),
    ],
)
def test_names_order_and_repetition_do_not_matter(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert form(*left).key == form(*right).key


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("n, m : nat", "n = m"), ("n, m : nat", "n = n")),
        (("n : nat", "n = n"), ("n : Z", "n = n")),
        (("n, m : nat", "H : n = 0", "n = m"), ("n, m : nat", "H : m = 0", "n = m")),
        (("x := 1 : nat", "x = 1"), ("x : nat", "x = 1")),
        (("n : nat", "n = 0"), ("n = 0",)),
        (("a, b : T", "a = 0"), ("a : T", "b : U", "a = 0")),
        (("S : T", "S = S.n"), ("T : T", "T = S.n")),
        (("P",), ("P", "P")),
    ],
)
def test_different_goals_stay_apart(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert form(*left).key != form(*right).key


def test_names_of_placeholders_do_not_matter_but_their_sharing_does() -> None:
    def key(*conclusions: str) -> str:
        return goal_key([form(conclusion) for conclusion in conclusions], [])

    assert key("P ?x", "Q ?x") == key("P ?y0", "Q ?y0")
    assert key("P ?x", "Q ?x") != key("P ?x", "Q ?y")


@pytest.mark.parametrize(
    ("conclusions", "shelved", "expected"),
    [
        (("A", "B"), (), True),
        (("P ?x", "Q ?y"), (), True),
        (("P ?x", "Q ?x"), (), False),
        (("A", "B"), ("nat",), False),
        (("a =? b", "c =? d"), (), True),
    ],
)
def test_subgoals_are_independent_when_they_share_no_placeholder(
    conclusions: tuple[str, ...], shelved: tuple[str, ...], *, expected: bool
) -> None:
    state = Goal(
        tuple(Subgoal((), text) for text in conclusions), shelved=tuple(Subgoal((), text) for text in shelved)
    )
    assert independent(state) is expected


def test_a_placeholder_in_a_hypothesis_ties_subgoals_together() -> None:
    hidden = Subgoal((Hypothesis(("x",), "nat", "f ?n"),), "A")
    assert not independent(Goal((hidden, Subgoal((Hypothesis(("H",), "P ?n"),), "B"))))


def test_names_are_carried_over_all_at_once() -> None:
    old, new = form("a, b : T", "a = b"), form("b, a : T", "b = a")
    proof = Proof(Step("rewrite a, b"), (Proof(Step("apply (f a.x b' b)")),))
    renamed = rename_proof(proof, renaming([old], [new]))
    assert [step.text for step in renamed.steps()] == ["rewrite b, a", "apply (f a.x b' a)"]


def test_a_repeated_hypothesis_is_carried_over_to_the_one_it_repeats() -> None:
    old, new = form("H : P", "K : P", "Q"), form("M : P", "Q")
    assert renaming([old], [new]) == {"H": "M", "K": "M"}


@given(st.integers(0, 10**6), st.integers(1, 6))
def test_renaming_undoes_any_renaming_and_shuffle(seed: int, count: int) -> None:
    """Variables, facts about them and a conclusion; facts come after what they speak of."""
    rng = random.Random(seed)
    names = [f"x{i}" for i in range(count)]
    facts = [f"R {rng.choice(names)} {rng.choice(names)}" for _ in range(count)]
    conclusion = f"R {rng.choice(names)} {rng.choice(names)}"
    other = dict(zip(names, rng.sample([f"y{i}" for i in range(count)], count), strict=True))

    def written(rename: dict[str, str], order: list[int]) -> Subgoal:
        def text(raw: str) -> str:
            return " ".join(rename.get(word, word) for word in raw.split())

        variables = [Hypothesis((rename.get(names[i], names[i]),), "T") for i in order]
        known = [Hypothesis((f"H{n}",), text(facts[i])) for n, i in enumerate(order)]
        return Subgoal((*variables, *known), text(conclusion))

    order = list(range(count))
    before = Canoniser().canonical(written({}, order))
    rng.shuffle(order)
    after = Canoniser().canonical(written(other, order))
    if before.key == after.key:
        names_now = renaming([before], [after])
        step = rename_proof(Proof(Step(conclusion)), names_now).step.text
        assert step == " ".join(other.get(word, word) for word in conclusion.split())
    else:
        # Facts that differ only in variables that nothing tells apart may be numbered differently.
        assert len(set(facts)) > 1

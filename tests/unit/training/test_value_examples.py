"""What a value may learn from, and what is refused, counted and listed."""

from typing import Any

import numpy as np
import pytest

from holdfast.training.decisions import accuracy, decisions_of, fit_mix, outcome
from holdfast.training.samplers import Mix, Sampler
from holdfast.training.value_examples import Example, fold_of, read_examples, split


def row(number: int, parent: int | None, **told: Any) -> dict[str, Any]:
    plain = {
        "theorem_name": "t", "search": "t/1", "state_id": number, "parent_state_id": parent, "focus": -1,
        "depth_from_root": 0 if parent is None else 1, "state_after": f"goal {number}", "tactic": "auto",
        "verdict": "root" if parent is None else "advanced", "label": "unknown", "remaining_depth": None,
        "llm_log_prob": -1.0 * number, "learnable": True, "is_proof_complete": False, "fate": "", "visits": 0,
        "language": "rocq",
    }  # fmt: skip
    return plain | told


ROWS = (
    row(0, None, label="positive"),
    row(1, 0, label="positive", remaining_depth=2),
    row(2, 0, label="negative"),
    row(3, 0),
    row(4, 0, fate="solved"),
    row(5, 2, label="unknown"),
    row(6, 0, verdict="refused", label="negative", state_after=None),
    row(7, 1, verdict="proved", label="positive", state_after="", is_proof_complete=True),
)


def test_siblings_of_a_proof_are_examples_and_what_nothing_is_known_of_is_none() -> None:
    read = read_examples(ROWS)
    assert [(one.state, one.positive) for one in read.examples] == [
        ("goal 1", True), ("goal 2", False), ("goal 3", False),
    ]  # fmt: skip
    assert {one.root for one in read.examples} == {"goal 0"}
    assert read.examples[0].remaining == 2
    assert not read.refusals.theorems
    tried = [*ROWS, row(8, 2, visits=20), row(9, 2, visits=20, fate="solved")]
    assert [one.state for one in read_examples(tried).examples] == ["goal 1", "goal 2", "goal 3", "goal 8"]
    told = read_examples(tried, siblings=False)
    assert [one.state for one in told.examples] == ["goal 1", "goal 2"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"learnable": False}, "sandbox"),
        ({"learnable": None}, "does not say"),
        ({"tactic": "exact (admit)"}, "hole"),
        ({"tactic": "apply foo; Admitted"}, "hole"),
        ({"tactic": "exact (by sorry)", "language": "lean"}, "hole"),
        ({"tactic": "first [linarith | sorry]", "language": None}, "hole"),
        ({"label": "unknown", "is_proof_complete": True}, "not audited"),
    ],
)
def test_what_may_not_be_learned_from_is_refused_whole_and_listed(told: dict[str, Any], reason: str) -> None:
    rows = [ROWS[0], ROWS[1] | told, *ROWS[2:]]
    read = read_examples(rows)
    assert read.examples == ()
    assert list(read.refusals.theorems) == ["t"]
    assert reason in read.refusals.theorems["t"]
    assert sum(read.refusals.rows.values()) == len(rows)


def test_names_that_only_contain_a_hole_are_no_holes_and_unmarked_rows_are_taken_when_asked() -> None:
    named = [ROWS[0], ROWS[1] | {"tactic": "apply admits_sorry'"}, *ROWS[2:]]
    assert len(read_examples(named).examples) == 3
    unmarked = [each | {"learnable": None} for each in ROWS]
    assert len(read_examples(unmarked, unmarked=True).examples) == 3


def test_a_goal_that_led_to_a_proof_is_no_negative_elsewhere_in_its_theorem() -> None:
    rows = [*ROWS, row(8, 2, label="negative", state_after="goal 1")]
    read = read_examples(rows)
    assert [one.state for one in read.examples if not one.positive] == ["goal 2", "goal 3"]
    assert read.refusals.rows["the same goal led to a proof elsewhere"] == 1


def example(theorem: str, place: int, *, positive: bool, logprob: float = -1.0) -> Example:
    return Example(theorem, "s", "r", (theorem, place, 0), positive, place, logprob=logprob)


def test_a_theorem_is_on_one_side_however_the_data_grow() -> None:
    few = [example(f"t{number}", 0, positive=True) for number in range(200)]
    more = [example(f"u{number}", 0, positive=True) for number in range(100)] + few
    training, held = split(few, range(200), 0.3, seed=1)
    assert 30 < len(held) < 90
    assert {few[at].theorem for at in held} <= {
        more[at].theorem for at in split(more, range(300), 0.3, seed=1)[1]
    }
    assert {few[at].theorem for at in held}.isdisjoint(few[at].theorem for at in training)
    parts = [fold_of(one.theorem, 4, seed=1) for one in few]
    assert set(parts) == {0, 1, 2, 3}
    assert all(30 < parts.count(part) < 70 for part in range(4))


def test_negatives_come_as_hard_as_wanted_and_easier_where_there_are_none() -> None:
    examples = [
        example("a", 0, positive=True), example("a", 0, positive=False), example("a", 1, positive=False),
        example("b", 0, positive=True), example("b", 1, positive=False),
        example("c", 0, positive=False),
    ]  # fmt: skip
    random = np.random.default_rng(0)

    def drawn(mix: Mix, positive: int) -> set[int]:
        batch = Sampler(examples, range(6), mix).batch(random, 200, 3)
        return set(batch.negative_PK[batch.positive_P == positive].ravel().tolist())

    assert drawn(Mix(1.0, 0.0), 0) == {1}
    assert drawn(Mix(1.0, 0.0), 3) == {4}  # it has no sibling
    assert drawn(Mix(0.0, 1.0), 0) == {1, 2}
    easy = Sampler(examples, range(6), Mix(0.0, 0.0)).batch(random, 200, 3)
    far = np.isin(easy.negative_PK[easy.positive_P == 0], (4, 5))
    assert 0.75 < far.mean() < 1.0  # three tries to find another theorem
    with pytest.raises(ValueError, match="no positives"):
        Sampler(examples, [1, 2], Mix())
    with pytest.raises(ValueError, match="at most"):
        Mix(0.8, 0.3)


def test_the_same_seed_draws_the_same_batches() -> None:
    examples = [example("a", at % 5, positive=at % 3 == 0) for at in range(30)]
    one, other = (Sampler(examples, range(30), Mix()).batch(np.random.default_rng(5), 8, 4) for _ in range(2))
    assert (one.negative_PK == other.negative_PK).all()
    assert (one.positive_P == other.positive_P).all()


def test_ties_count_in_part() -> None:
    assert outcome(np.array([1.0, 0.0, 0.0])) == (1.0, 1.0)
    assert outcome(np.array([1.0, 1.0, 0.0])) == (0.5, 0.75)
    assert outcome(np.array([1.0, 2.0, 1.0])) == (0.0, 0.25)


def world(useful: float, theorems: int = 60) -> tuple[list[Example], list[np.ndarray[Any, Any]]]:
    """Decisions that log-probability finds hard, and values that know them as well as `useful` says."""
    random = np.random.default_rng(3)
    examples: list[Example] = []
    for number in range(theorems):
        for place in range(3):
            for member in range(4):
                good = member == 0
                logprob = float(random.normal(0.3 * good))
                examples.append(example(f"t{number}", place, positive=good, logprob=logprob))
    values = [random.normal(size=4) + useful * np.array([1, 0, 0, 0]) for _ in range(3 * theorems)]
    return examples, values


def test_a_value_that_helps_is_used_and_one_that_does_not_switches_itself_off() -> None:
    examples, values = world(useful=2.0)
    decisions = decisions_of(examples, range(len(examples)))
    good = fit_mix(decisions, values, seed=0)
    assert good.weight > 0.5
    assert good.reason == ""
    assert good.mixed.pairwise > good.logprob.pairwise
    assert good.logprob.chance == 0.25
    for useful in (0.0, -1.0):
        examples, values = world(useful=useful)
        bad = fit_mix(decisions_of(examples, range(len(examples))), values, seed=0)
        assert bad.weight == 0.0
        assert bad.reason
    few = fit_mix(decisions[:5], values[:5], seed=0)
    assert (few.weight, "too few" in few.reason) == (0.0, True)
    assert fit_mix([], [], seed=0).weight == 0.0
    assert accuracy([], []).decisions == 0

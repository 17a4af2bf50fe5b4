from dataclasses import replace

import pytest
from tests.unit.evaluation.records import evaluation, found, sought, tried

from holdfast.core.errors import UserError
from holdfast.evaluation.comparison import compare
from holdfast.evaluation.outcomes import Limit

BASELINE = evaluation(
    tried(found("a", 40)), tried(found("b", 150)), tried(sought("c")), tried(sought("d")), steps=(100, 200)
)
EXPERIMENT = evaluation(
    tried(found("a", 20)), tried(sought("b")), tried(found("c", 10)), tried(found("d", 120)), steps=(100, 200)
)


def test_gained_and_lost_by_budget() -> None:
    at_100, at_200 = compare(BASELINE, EXPERIMENT).limits
    assert (at_100.baseline, at_100.experiment, at_100.gained, at_100.lost) == (1, 2, ("c",), ())
    assert (at_200.baseline, at_200.experiment, at_200.gained, at_200.lost) == (2, 3, ("c", "d"), ("b",))
    assert at_200.delta == 0.25
    assert at_200.p_value == 1.0, "two against one says nothing"
    assert at_200.difference is not None
    assert at_200.difference.low < 0 < at_200.difference.high


def test_what_a_proof_costs_includes_what_was_spent_in_vain() -> None:
    costs = {cost.unit: cost for cost in compare(BASELINE, EXPERIMENT).costs}
    assert costs.keys() == {"CPU-seconds", "steps", "seconds"}, "no tokens were used"
    assert costs["steps"].baseline == (40 + 150 + 200 + 200) / 2
    assert costs["steps"].experiment == (20 + 200 + 10 + 120) / 3


def test_many_gains_are_no_chance() -> None:
    old = evaluation(*(tried(sought(f"t{n}")) for n in range(40)))
    new = evaluation(*(tried(found(f"t{n}", 5) if n < 12 else sought(f"t{n}")) for n in range(40)))
    last = compare(old, new).limits[-1]
    assert last.p_value == pytest.approx(2 * 0.5**12)
    assert last.difference is not None
    assert last.difference.low > 0.1


def test_other_theorems_are_refused_unless_allowed() -> None:
    other = replace(EXPERIMENT, tried=(*EXPERIMENT.tried[1:], tried(found("e", 1))))
    with pytest.raises(UserError, match=r"1 theorems are in the baseline only \(a\).*--allow-different"):
        compare(BASELINE, other)
    allowed = compare(BASELINE, other, allow_different=True)
    assert allowed.limits[-1].total == 3
    assert len(allowed.differences) == 2


def test_a_theorem_that_states_something_else_is_another() -> None:
    old = evaluation(tried(found("a", 1), statement="n = n"), tried(found("b", 1), statement="x  =\n x"))
    new = evaluation(tried(found("a", 1), statement="True"), tried(found("b", 1), statement="x = x"))
    with pytest.raises(UserError, match=r"1 theorems state something else \(a\)"):
        compare(old, new)
    assert compare(old, new, allow_different=True).limits[-1].total == 1


def test_other_budgets_are_cut_to_what_both_had() -> None:
    smaller = replace(EXPERIMENT, limits=(Limit("steps", 150),))
    with pytest.raises(UserError, match="the budgets are 100 steps, 200 steps and 150 steps"):
        compare(BASELINE, smaller)
    (only,) = compare(BASELINE, smaller, allow_different=True).limits
    assert (only.limit, only.baseline) == (Limit("steps", 150), 2)


def test_files_do_not_tell_theorems_apart_unless_names_fail_to() -> None:
    moved = replace(EXPERIMENT, tried=tuple(replace(each, file="copy/a.v") for each in EXPERIMENT.tried))
    assert compare(BASELINE, moved).limits[-1].total == 4
    twice = replace(BASELINE, tried=(*BASELINE.tried, replace(BASELINE.tried[0], file="b.v")))
    assert compare(twice, twice).limits[-1].total == 5


def test_runs_without_a_common_theorem() -> None:
    other = evaluation(tried(found("z", 1)))
    with pytest.raises(UserError, match="no theorem in common"):
        compare(BASELINE, other, allow_different=True)


def test_what_the_figures_do_not_say_is_noted() -> None:
    notes = compare(replace(BASELINE, audited=False), replace(EXPERIMENT, complete=False)).notes
    assert len(notes) == 2
    assert "not audited" in notes[0]
    assert "stopped before its end" in notes[1]


def test_smaller_budgets_that_only_one_was_asked_about_do_not_matter() -> None:
    fewer = replace(EXPERIMENT, limits=(Limit("steps", 200),))
    (only,) = compare(BASELINE, fewer).limits
    assert only.limit == Limit("steps", 200)


def test_a_kind_of_budget_that_only_one_has_is_left_out() -> None:
    both = replace(EXPERIMENT, limits=(*EXPERIMENT.limits, Limit("cpu_s", 60.0)))
    assert {at.limit.unit for at in compare(BASELINE, both).limits if at.limit} == {"steps"}
    other = replace(EXPERIMENT, limits=(Limit("cpu_s", 60.0),))
    with pytest.raises(UserError, match="200 steps and 60 CPU-s"):
        compare(BASELINE, other)
    with pytest.raises(UserError, match="and unknown"):
        compare(BASELINE, replace(EXPERIMENT, limits=()))

import pytest
from tests.unit.evaluation.records import evaluation, found, sought, tried

from holdfast.evaluation.outcomes import Limit, standings, status_counts


def test_one_run_yields_every_budget() -> None:
    run = evaluation(
        tried(found("a", 40)), tried(found("b", 50)), tried(found("c", 120)), tried(sought("d")), cpu_s=(0.5,)
    )
    assert [(each.limit.amount, each.solved) for each in standings(run)] == [
        (50, 2),
        (100, 2),
        (200, 3),
        (0.5, 2),
    ]
    assert standings(run)[2].rate == 0.75
    assert 0 < standings(run)[0].interval.low < 0.5 < standings(run)[0].interval.high < 1


def test_whatever_happens_stays_in_the_denominator() -> None:
    run = evaluation(
        tried(found("a", 40)),
        tried(sought("b", status="undecided")),
        tried(sought("c", status="error", nodes=0)),
        tried(theorem="d"),
        tried(sought("e", status="error"), sought("e", attempt=2)),
    )
    assert standings(run)[-1].total == 5
    counts = status_counts(run.tried)
    assert counts == {"proved": 1, "not_found": 1, "undecided": 1, "error": 1, "untried": 1}


def test_a_proof_that_the_audit_refused_is_none() -> None:
    run = evaluation(tried(sought("a", ended="proved")))
    assert [each.solved for each in standings(run)] == [0, 0, 0]


def test_attempts_that_stop_at_a_success_are_counted_in_order() -> None:
    run = evaluation(
        tried(sought("a"), found("a", 40, attempt=2)),
        tried(found("b", 150)),
        tried(sought("c"), sought("c", attempt=2), sought("c", attempt=3)),
        attempts=3,
    )
    at_200 = standings(run)[-1]
    assert at_200.pass_at == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 2 / 3})
    assert standings(run)[0].pass_at == pytest.approx({1: 0, 2: 1 / 3, 3: 1 / 3})


def test_attempts_that_are_all_made_are_counted_in_any_order() -> None:
    searches = (sought("a"), sought("a", attempt=2), found("a", 40, attempt=3), sought("a", attempt=4))
    run = evaluation(tried(*searches), attempts=4, every_attempt=True)
    assert standings(run)[-1].pass_at == pytest.approx({1: 0.25, 2: 0.5, 3: 0.75, 4: 1.0})


def test_what_a_budget_uses() -> None:
    one = tried(sought("a", nodes=80), found("a", 30, attempt=2), sought("a", attempt=3))
    assert one.used(Limit("steps", 50)) == 80, "the first attempt is cut off, the second succeeds at 30"
    assert one.used(Limit("steps", 10)) == 30, "every attempt is cut off"
    assert one.used(Limit("cpu_s", 0.5)) == pytest.approx(0.8)


def test_searches_that_another_budget_cut_short_are_counted() -> None:
    run = evaluation(
        tried(found("a", 40)),
        tried(sought("b", nodes=200)),  # all its steps, in 2 CPU seconds
        tried(sought("c", nodes=120, ended="exhausted")),  # nothing was left to try
        cpu_s=(1.0, 3.0),
        given=(Limit("steps", 200), Limit("cpu_s", 3.0)),
    )
    assert [each.cut_short for each in standings(run)] == [0, 0, 0, 0, 1]

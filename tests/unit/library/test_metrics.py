"""How near programs come: the formulas, their empty cases, and that nothing which crashed is left out."""

from pathlib import Path

import pytest

from holdfast.library.boards.adapter import Boards
from holdfast.library.metrics import overlap, score, subsets, summarize
from holdfast.library.records import Ran, RunFault, State, Task, TaskStep

BOARDS = Boards()
WHITE = [0] * 180


def board(**cells: int) -> State:
    """A board with colours by place, as `_3=1`."""
    state = list(WHITE)
    for place, color in cells.items():
        state[int(place[1:])] = color
    return state


def task(*states: State, key: str = "t", agreement: str = "", category: str = "simple") -> Task:
    tags = {"category": category} | ({"agreement": agreement} if agreement else {})
    return Task(key, "g", WHITE, tuple(TaskStep("draw", state) for state in states), tags=tags)


def test_f1_with_its_empty_cases() -> None:
    one, two = frozenset({1}), frozenset({1, 2})
    assert overlap(frozenset(), frozenset(), exact=True).f1 == 1
    assert overlap(frozenset(), one, exact=False).f1 == 0
    assert overlap(one, frozenset(), exact=False).f1 == 0
    assert overlap(one, two, exact=False).f1 == pytest.approx(2 / 3)  # precision 1, recall 1/2


def test_actions_are_told_from_the_programs_own_board_before() -> None:
    wanted = task(board(_0=1), board(_0=1, _1=2))
    ran = Ran((board(_5=1), board(_0=1, _1=2)))
    first, second = score(BOARDS, wanted, ran).steps
    assert (first.board.exact, first.action.exact, first.board.f1) == (False, False, 0)
    # The second board is right, and what was done for it is not: 5 was erased and 0 painted as well.
    assert second.board.exact
    assert (second.action.matched, second.action.found, second.action.wanted) == (1, 3, 1)
    assert not second.action.exact
    assert second.action.f1 == pytest.approx(0.5)


def test_erasing_is_an_action_and_no_part_of_a_board() -> None:
    wanted = task(board(_0=1), WHITE)
    _, erased = score(BOARDS, wanted, Ran((board(_0=1), WHITE))).steps
    assert (erased.board.wanted, erased.action.wanted, erased.action.matched) == (0, 1, 1)
    assert erased.board.f1 == erased.action.f1 == 1


def test_a_procedure_is_compared_from_its_start_to_its_end() -> None:
    wanted = task(board(_0=1), board(_0=1, _1=2))
    whole = score(BOARDS, wanted, Ran((WHITE, board(_0=1)))).procedure
    assert (whole.action.matched, whole.action.found, whole.action.wanted) == (1, 1, 2)


def test_what_crashed_stays_in_every_denominator() -> None:
    right = task(board(_0=1), key="right")
    # Nothing is wanted at its second step: a program that never got there is not right by accident.
    broken = task(board(_0=1), board(_0=1), key="broken")
    crash = RunFault("exception", "ValueError", 0)
    scored = [
        score(BOARDS, right, Ran((board(_0=1),))),
        score(BOARDS, broken, Ran((None, None), crash)),
    ]
    assert scored[1].fault == "exception"
    steps = summarize(scored, "step", rounds=200)
    assert (steps.tasks, steps.records) == (2, 3)
    assert steps.figures["board_exact"].value == pytest.approx(1 / 3)
    assert steps.figures["action_exact"].value == pytest.approx(1 / 3)
    assert steps.figures["valid"].value == pytest.approx(1 / 3)
    assert steps.figures["board_f1_mean"].value == pytest.approx(1 / 3)
    assert steps.figures["board_f1_micro"].value == pytest.approx(2 * 1 / (1 + 3))
    procedures = summarize(scored, "procedure", rounds=200)
    assert procedures.records == 2
    assert procedures.figures["board_exact"].value == pytest.approx(1 / 2)


def test_micro_and_mean_differ_where_sizes_do() -> None:
    small, large = task(board(_0=1), key="small"), task([1] * 180, key="large")
    scored = [score(BOARDS, small, Ran((WHITE,))), score(BOARDS, large, Ran(([1] * 180,)))]
    figures = summarize(scored, "step", intervals=False).figures
    assert figures["board_f1_mean"].value == pytest.approx(0.5)
    assert figures["board_f1_micro"].value == pytest.approx(2 * 180 / (180 + 181))
    assert figures["board_f1_mean"].interval is None


def test_intervals_draw_whole_procedures() -> None:
    good = [score(BOARDS, task(*[board(_0=1)] * 9), Ran((board(_0=1),) * 9))]
    bad = [score(BOARDS, task(board(_0=1)), Ran((WHITE,))) for _ in range(9)]
    interval = summarize(good + bad, "step", rounds=500).figures["board_exact"].interval
    assert interval is not None
    # Half of the steps are right and all in one of ten drawings, which is often not drawn at all.
    assert interval.low == 0
    assert interval.high > 0.7
    assert summarize(good + bad, "step", rounds=500).figures["board_exact"].interval == interval


def test_subsets_by_what_people_said() -> None:
    tasks = [
        task(WHITE, key="a", agreement="A A"),
        task(WHITE, key="b", agreement="A V1", category="other"),
        task(WHITE, key="c", agreement="A F"),
        task(WHITE, key="d"),
    ]
    assert subsets(tasks) == {
        "all": ("a", "b", "c", "d"),
        "A only": ("a",),
        "without VV and F": ("a", "b", "d"),
        "category simple": ("a", "c", "d"),
        "category other": ("b",),
    }


def test_nothing_is_no_summary() -> None:
    with pytest.raises(ValueError, match="no program"):
        summarize([], "step")


def test_the_sets_that_people_agree_on(hexagons: Path) -> None:
    counts = []
    for name in ("train", "dev", "test"):
        found = subsets(BOARDS.load(hexagons / f"{name}.jsonl").tasks)
        counts.append((len(found["A only"]), len(found["without VV and F"])))
    assert counts == [(162, 358), (21, 44), (12, 35)]

"""Libraries side by side: differences, tasks gained and lost, and lengths where both hold."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.core.errors import UserError
from holdfast.library.arms import Outcome, compare, pairs
from holdfast.library.boards.adapter import Boards
from holdfast.library.metrics import score
from holdfast.library.records import Ran, Task, TaskStep
from holdfast.library.reference import PROPOSER, read_reference

WHITE, RED = [0] * 180, [4, *[0] * 179]


def outcome(key: str, *, right: bool, tokens: int) -> Outcome:
    task = Task(key, "g", WHITE, (TaskStep("Paint.", RED),))
    return Outcome(score(Boards(), task, Ran((RED if right else WHITE,))), right, tokens)


def outcomes(right: Sequence[bool], tokens: Sequence[int]) -> dict[str, Outcome]:
    return {f"t{at}": outcome(f"t{at}", right=each, tokens=tokens[at]) for at, each in enumerate(right)}


def test_pairs_of_libraries_are_compared_task_by_task() -> None:
    first = outcomes([True, True, False, False], [30, 20, 9, 9])
    second = outcomes([True, False, True, True], [10, 1, 9, 9])
    found = compare(("none", "learned"), first, second)
    assert (found.gained, found.lost, found.p_value) == (("t2", "t3"), ("t1",), 1.0)
    exact = found.levels["step"]["board_exact"]
    assert (exact.value, exact.interval is not None and exact.interval.low < 0 < exact.interval.high) == (
        0.25,
        True,
    )
    assert (found.both_hold, found.shorter is not None and found.shorter.value) == (1, 3.0)
    back = compare(("learned", "none"), second, first)
    assert back.levels["step"]["board_exact"].value == -0.25
    with pytest.raises(ValueError, match="different tasks"):
        compare(("none", "learned"), first, outcomes([True], [1]))
    assert pairs(["none", "reference", "learned"]) == [
        ("none", "learned"),
        ("reference", "learned"),
        ("none", "reference"),
    ]


def test_a_reference_library_is_read_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "import math\nfrom hexboard import *\nraise SystemExit\n"
        "def _own() -> None: ...\n\ndef far(tile: Tile) -> int:\n    return math.isqrt(tile.row)\n"
    )
    (found,) = read_reference(path, Boards().foundation())
    assert (found.name, found.proposer) == ("far", PROPOSER)
    assert found.source == "import math\ndef far(tile: Tile) -> int:\n    return math.isqrt(tile.row)\n"
    for text, said in (("def (", "is no Python"), ("x = 1\n", "defines no function")):
        path.write_text(text)
        with pytest.raises(UserError, match=said):
            read_reference(path, Boards().foundation())
    assert Boards.reference is not None
    assert len(read_reference(Boards.reference, Boards().foundation())) == 7

"""`Admitted` behind bullets: goals in the open one are a hole, those outside are said to be left."""

import pytest
from tests.rocq_here import find_installation

from holdfast.checkers.rocq.checker import RocqChecker
from holdfast.core.documents import Source
from holdfast.core.errors import UserError

pytestmark = [pytest.mark.rocq, pytest.mark.asyncio]


async def _enter(script: str) -> int:
    """How many goals the hole of a script opens on."""
    checker = RocqChecker(await find_installation())
    source = Source("open.v", f"Lemma l : (0 = 0 /\\ 1 = 1) /\\ 2 = 2.\nProof.\n{script}\nAdmitted.\n")
    async with checker.open(source) as reader:
        session = await reader.enter(checker.holes(source)[0])
        return len(session.root.subgoals)


@pytest.mark.parametrize(
    "script", ["", "split.", "split. - auto. -", "split. { auto. } idtac.", "split. all: split."]
)
async def test_all_that_is_left_stands_in_focus(script: str) -> None:
    assert await _enter(script) > 0


@pytest.mark.parametrize(
    ("script", "left"),
    [
        ("split. - auto.", "a goal is left"),
        ("split. - split.", "a goal is left"),
        ("split. - split. + auto.", "2 goals are left"),
        ("split. { split.", "a goal is left"),
    ],
)
async def test_goals_outside_are_counted(script: str, left: str) -> None:
    with pytest.raises(UserError, match=left):
        await _enter(script)

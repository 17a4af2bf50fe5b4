"""Steps of audited proofs reach the proposers, but for those of the theorems that are searched."""

from pathlib import Path

import pytest

from holdfast.apps.taught import Taught, read_taught, teaching, write_taught
from holdfast.core.errors import StorageError, UserError
from holdfast.core.goals import Goal
from holdfast.core.seams import Learner
from holdfast.models.goal_text import goal_from_text
from holdfast.models.mixture import MixtureProposer

_STATE = "n, m : nat\n============================\nodd_name n m = odd_name m n"
_STEPS = [
    Taught(theorem="near", file="a.v", state=_STATE, tactic="rewrite strange_lemma", language="rocq"),
    Taught(theorem="own", file="a.v", state=_STATE, tactic="exact given_away", language="rocq"),
    Taught(theorem="other", file="b.lean", state=_STATE, tactic="exact in_lean", language="lean"),
]


def _embedded() -> Learner:
    return MixtureProposer.from_shards(())


async def _offered(learner: Learner, goal: Goal) -> list[str]:
    return [proposal.step.text for proposal in await learner.propose(goal, 200)]


@pytest.mark.asyncio
async def test_what_is_taught_is_proposed(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write_taught(path, _STEPS)
    steps = read_taught(path)
    assert steps == _STEPS
    goal = goal_from_text(_STATE)
    assert "rewrite strange_lemma" not in await _offered(_embedded(), goal)
    make = teaching(_embedded, steps, language="rocq", file="a.v", names=["own"])
    offered = await _offered(make(), goal)
    assert "rewrite strange_lemma" in offered
    assert "exact given_away" not in offered, "a theorem's own proof was told"
    assert "exact in_lean" not in offered


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"theorem": "a"}\n', encoding="utf-8")
    with pytest.raises(UserError, match="does not hold steps"):
        read_taught(path)
    with pytest.raises(StorageError, match="cannot read"):
        read_taught(tmp_path / "none.jsonl")

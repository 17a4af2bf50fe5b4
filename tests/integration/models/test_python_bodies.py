"""Bodies from a real model in this process: asked, refused, and asked to mend them."""

from pathlib import Path

import pytest

from holdfast.apps.models import prepare_model
from holdfast.apps.python.learner import PythonLearner, Work
from holdfast.apps.python.team import PythonTeam
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import RefusalReason, Refused
from holdfast.core.trajectories import JudgedStep

GOAL = Goal((Subgoal((), "def f(x)"),))
FORMAT = """\
name = "small.v1"
about = "Few words, for a model that reads few."
kind = "chat"
languages = ["python"]
template = "{goal}{prefix}"
repair = "{message}"
take = "block"
temperature = 1.0
max_tokens = 12
"""


@pytest.mark.asyncio
async def test_a_model_in_this_process_writes_and_mends(causal: Path, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(FORMAT, encoding="utf-8")
    source = prepare_model(f"hf:{causal}?samples=4&rounds=1&prompt={tmp_path / 'small.toml'}", {})
    work = Work("", None)
    learner = PythonLearner({GOAL.subgoals: work}, lambda _: pytest.fail("there is no task to synthesise"))
    try:
        async with PythonTeam(learner, source) as team:
            seen: list[str] = []
            while len(offers := await team.propose(GOAL, len(seen) + 1)) > len(seen):
                seen.append(offers[-1].step.text)
                refused = Refused(RefusalReason.NOT_APPLICABLE, "expected 2, got 1")
                team.judged(JudgedStep(GOAL, offers[-1], refused))
            assert len(seen) == len(set(seen)) >= 1
            assert work.effort.rounds == 1
            assert work.effort.samples > 4
    finally:
        await source.aclose()

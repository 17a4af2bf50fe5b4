"""The embedded proposers and a model, as one learner."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from holdfast.apps.mixed import MixedLearner, open_mixed
from holdfast.apps.models import prepare_model
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal, Proved, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed

GOAL = Goal((Subgoal((), "0 = 0"),))


class Embedded:
    """A learner that says what happened to it."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def __aenter__(self) -> "Embedded":
        self.events.append("entered")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.events.append("left")

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        return [Proposal(Step("auto"), -1.0, "knn"), Proposal(Step("lia"), -2.0, "automation")][:count]

    def learn(self, item: Observed | Declared) -> None:
        self.events.append("learned")

    def judged(self, step: JudgedStep) -> None:
        self.events.append("judged")


@pytest.fixture
def spec(tmp_path: Path) -> str:
    answers = [{"text": "ring.", "logprobs": [-0.5]}, {"text": "auto.", "logprobs": [-3.0]}]
    path = tmp_path / "kept.jsonl"
    path.write_text(json.dumps({"prompt": "*", "answers": answers}) + "\n", encoding="utf-8")
    return f"replay:{path}"


@pytest.mark.asyncio
async def test_chances_are_added_up_and_sources_kept(spec: str) -> None:
    embedded = Embedded()
    async with MixedLearner(embedded, prepare_model(spec, {}), "rocq") as learner:
        proposals = await learner.propose(GOAL, 9)
        learner.learn(Declared("x", "theorem", ""))
        learner.judged(JudgedStep(GOAL, proposals[0], Proved(GOAL)))
        assert len(await learner.propose(GOAL, 1)) == 1
    assert [(each.step.text, each.source) for each in proposals] == [
        ("ring", "kept.jsonl"),
        ("auto", "knn"),
        ("lia", "automation"),
    ]
    assert proposals[1].logprob == pytest.approx(-0.873, abs=1e-3)
    assert embedded.events == ["entered", "learned", "judged", "left"]


@pytest.mark.asyncio
async def test_what_goes_wrong_with_the_specification_is_told_at_once(spec: str, tmp_path: Path) -> None:
    for wrong in ("gpt", f"{spec}?prompt=proofstep&samples=x", f"{spec}?prompt=bfs-prover"):
        with pytest.raises(UserError):
            async with open_mixed(
                wrong, {}, cache=tmp_path, language="rocq", embedded=Embedded, report=print
            ):
                pass

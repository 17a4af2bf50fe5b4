"""A proposer of recorded answers, and graders for tests that need a sandbox."""

from collections.abc import Sequence

from tests.sandbox_here import sandbox_here

from holdfast.apps.python.libraries import own_libraries
from holdfast.checkers.python.checker import OpenGrader
from holdfast.checkers.python.grader import open_grader
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Refused, Step
from holdfast.core.trajectories import Declared, JudgedStep, Observed


class Replay:
    """Fills `Learner` with a list of bodies; `repairs` are offered once their key was in a refusal."""

    def __init__(self, bodies: Sequence[str], repairs: dict[str, str] | None = None) -> None:
        self.bodies = list(bodies)
        self.repairs = dict(repairs or {})
        self.goals: list[Goal] = []
        self.judgements: list[JudgedStep] = []

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        self.goals.append(goal)
        return [Proposal(Step(body), -float(at), "replay") for at, body in enumerate(self.bodies[:count])]

    def learn(self, item: Observed | Declared) -> None:
        pass

    def judged(self, step: JudgedStep) -> None:
        self.judgements.append(step)
        if isinstance(step.verdict, Refused):
            for key in [key for key in self.repairs if key in step.verdict.message]:
                self.bodies.append(self.repairs.pop(key))


def grader_or_skip() -> OpenGrader:
    """How to open graders in the sandbox of this machine; the test is skipped where there is none."""
    sandbox = sandbox_here()
    return lambda rng: open_grader(sandbox, packages=own_libraries(), rng=rng)

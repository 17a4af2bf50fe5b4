"""Whole bodies from a language model: several at once, and those that are refused go back to be mended."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, RefusalReason, Refused, Step
from holdfast.models.language import ModelProposer
from holdfast.models.prompts import Attempt
from holdfast.models.together import together

__all__ = ["Effort", "RepairLoop"]

_WIDTH = 4
"""How many refused bodies go back in one round."""
_REMEMBERED = 3
"""How many attempts on the way to a body are told with it."""
_HOPE = (
    RefusalReason.NOT_APPLICABLE,
    RefusalReason.TYPE_MISMATCH,
    RefusalReason.UNKNOWN_NAME,
    RefusalReason.SYNTAX,
    RefusalReason.TIMEOUT,
    RefusalReason.MEMORY,
    RefusalReason.OTHER,
)
"""Which refused bodies are mended first."""


@dataclass(slots=True)
class Effort:
    """What a model was asked for one goal."""

    samples: int = 0
    """Answers that were drawn."""
    rounds: int = 0
    """Rounds of repair that were begun."""


class RepairLoop:
    """Fills `holdfast.models.race.Source` for one goal.

    First come `samples` answers. When these are judged, the most hopeful of those that were refused go back
    with what the checker said of them, and so on for some rounds. What is told is what the verdict told: a
    checker that keeps tests to itself keeps them from the model too.

    Args:
        model: asked first, for `samples` answers.
        mender: asked for repairs.
        goal: what is to be done.
        context: the text of the file before the place.
        rounds: how often bodies go back at most.
        samples: how many answers a call of `model` and of `mender` draws.
        effort: told what was asked.
    """

    def __init__(
        self,
        model: ModelProposer,
        mender: ModelProposer,
        goal: Goal,
        *,
        context: str,
        rounds: int,
        samples: tuple[int, int],
        effort: Effort,
    ) -> None:
        """Ask nothing yet."""
        self._model = model
        self._mender = mender
        self._goal = goal
        self._context = context
        self._rounds = rounds
        self._samples = samples
        self._effort = effort
        self._begun = False
        self._waiting: deque[Proposal] = deque()
        self._before: dict[str, tuple[Attempt, ...]] = {}
        """For each body that was offered: the attempts that led to it."""
        self._refused: list[tuple[int, tuple[Attempt, ...]]] = []

    async def next(self) -> Proposal | None:
        """The next body; None where all that were offered have to be judged first, or no round is left."""
        while not self._waiting:
            if not self._begun:
                self._begun = True
                self._effort.samples += self._samples[0]
                answers = await self._model.suggest(self._goal, self._samples[0], context=self._context)
                self._offer(answers, ())
            elif self._refused and self._effort.rounds < self._rounds:
                await self._mend()
            else:
                return None
        return self._waiting.popleft()

    def judged(self, step: Step, refused: Refused) -> None:
        """Take in that a step was refused; one that this loop did not offer is passed over."""
        before = self._before.get(step.text)
        if before is not None and refused.reason in _HOPE:
            attempts = (*before, Attempt(step.text, refused.message))[-_REMEMBERED:]
            self._refused.append((_HOPE.index(refused.reason), attempts))

    async def _mend(self) -> None:
        chosen = [attempts for _, attempts in sorted(self._refused, key=lambda each: each[0])][:_WIDTH]
        self._refused.clear()
        self._effort.rounds += 1
        self._effort.samples += self._samples[1] * len(chosen)
        answers = await together(self._mended(attempts) for attempts in chosen)
        for row in zip_longest(*answers):
            for attempts, proposal in zip(chosen, row, strict=True):
                if proposal is not None:
                    self._offer([proposal], attempts)

    async def _mended(self, attempts: tuple[Attempt, ...]) -> Sequence[Proposal]:
        return await self._mender.suggest(
            self._goal, self._samples[1], context=self._context, attempts=attempts
        )

    def _offer(self, proposals: Sequence[Proposal], attempts: tuple[Attempt, ...]) -> None:
        for proposal in proposals:
            if proposal.step.text not in self._before:
                self._before[proposal.step.text] = attempts
                self._waiting.append(proposal)

"""Programs beside Lean's own server that can step through a proof, each at a hole of a text."""

import re
from dataclasses import dataclass
from typing import Protocol

from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.pantograph import PantographSettings
from holdfast.checkers.lean.pantograph_engine import pantograph_starter
from holdfast.checkers.lean.path_session import PathSession
from holdfast.checkers.lean.repl import ReplSettings
from holdfast.checkers.lean.repl_engine import repl_starter
from holdfast.checkers.lean.session import Frame
from holdfast.checkers.lean.written import Written
from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal

__all__ = ["PantographStepper", "ReplStepper", "Stepper", "agree"]

_OPEN = re.compile(r"\?[\w.✝]+")


class Stepper(Protocol):
    """Opens proofs in processes of a program's own."""

    async def open(self, frame: Frame) -> PathSession:
        """A session on the first goal of a hole. Raises CheckerError."""
        ...


@dataclass(frozen=True, slots=True)
class PantographStepper:
    """Fills `Stepper` with Pantograph."""

    settings: PantographSettings
    lean: Installation | None = None
    """In whose sandbox it runs, and whose libraries it finds; None for neither."""
    step_cpu_s: float = 5.0
    """CPU seconds after which a step is refused."""

    async def open(self, frame: Frame) -> PathSession:
        """A session on the first goal of a hole. Raises CheckerError."""
        start = pantograph_starter(self.settings, Written.of(frame), self.lean)
        return await PathSession.open(start, step_cpu_s=self.step_cpu_s)


@dataclass(frozen=True, slots=True)
class ReplStepper:
    """Fills `Stepper` with the community's REPL."""

    settings: ReplSettings
    lean: Installation | None = None
    """In whose sandbox it runs, and whose libraries it finds; None for neither."""

    async def open(self, frame: Frame) -> PathSession:
        """A session on the first goal of a hole. Raises CheckerError."""
        start = repl_starter(self.settings, Written.of(frame), self.lean)
        return await PathSession.open(start, step_cpu_s=self.settings.step_cpu_s)


def agree(ours: Goal, theirs: Goal) -> None:
    """Raise CheckerError where a program reads a hole otherwise than Lean's server does."""
    if _shape(ours) != _shape(theirs):
        raise CheckerError(
            f"Lean shows {_shape(ours)} at the hole, the stepper {_shape(theirs)}: use --lean-backend server"
        )


def _shape(goal: Goal) -> str:
    """The conclusion that comes first, whatever its open places are called."""
    return _OPEN.sub("?", goal.subgoals[0].conclusion) if goal.subgoals else "nothing"

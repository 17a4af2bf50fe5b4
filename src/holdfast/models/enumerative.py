"""Proposes function bodies without a model: enumerates programs that do what the shown examples say."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import CheckerDiedError, CheckerError, CheckerTimeoutError
from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Step
from holdfast.models.synthesis.task import SynthesisTask, encode
from holdfast.runtime.child import Limits
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.jobs import PYTHON, Allowance, Job
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["EnumerativeProposer", "EnumerativeSettings"]

_PACKAGE: Final = "holdfast.models.synthesis"
_START: Final = f"import sys; sys.path.insert(0, '.'); from {_PACKAGE}.worker import main; main()"
_GRACE_S: Final = 5.0
"""CPU seconds beyond the budget, for a step of the search to end and for the start."""
_WALL: Final = 10.0
"""Wall seconds allowed for each CPU second: a busy machine is not the search's fault."""
_COST: Final = 0.7
"""Taken off the log-probability for each unit of a body's size."""


class EnumerativeSettings(BaseModel):
    """How long it looks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cpu_s: float = Field(default=10.0, gt=0)
    """CPU seconds for one function, from its first proposal to its last."""
    work: int | None = Field(default=None, gt=0)
    """Most applications of an operator to a value: a limit that does not depend on the machine."""
    memory_mb: int = Field(default=1024, ge=128)
    """Memory, in units of 2**20 bytes; a search that needs more ends."""


class EnumerativeProposer:
    """Fills `holdfast.core.seams.Proposer` for one function; an async context manager.

    What it proposes does what the task's examples show; of the rest nothing is known. The search runs in the
    sandbox, where it also runs the file's own functions, and goes on where it stopped when asked for more.
    The order depends on the task alone; how far it comes depends on the budget.
    """

    def __init__(
        self,
        task: SynthesisTask,
        sandbox: Sandbox,
        settings: EnumerativeSettings | None = None,
        *,
        files: Mapping[str, bytes] | None = None,
        libraries: Sequence[Path] = (),
    ) -> None:
        """Start nothing yet; the task's own code finds `files` and `libraries`."""
        self._files = dict(files or {})
        self._libraries = tuple(libraries)
        self._task = task
        self._sandbox = sandbox
        self._settings = settings or EnumerativeSettings()
        self._found: list[Proposal] = []
        self._job: Conversation | None = None
        self._over = not task.examples
        self.ended = ""
        """Why it has no more to propose, where that is not the budget: what the file's code raised, ..."""

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        """Bodies that agree with the examples, simplest first; of the goal it matters that it is open."""
        if not goal.subgoals:
            return ()
        while not self._over and len(self._found) < count:
            await self._search(count - len(self._found))
        return tuple(self._found[:count])

    @property
    def cpu_s(self) -> float:
        """CPU seconds that the search has used so far."""
        return 0.0 if self._job is None else self._job.cpu_s()

    async def aclose(self) -> None:
        """End the search."""
        self._over = True
        if self._job is not None:
            await self._job.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _search(self, count: int) -> None:
        try:
            if self._job is None:
                self._job = self._sandbox.open(self._start(), name="the synthesiser")
                settings = {
                    "cpu_s": self._settings.cpu_s,
                    "work": self._settings.work,
                    "task": encode(self._task),
                }
                self._take(await self._ask(self._job, json.dumps(settings)))
            if not self._over:
                self._take(await self._ask(self._job, str(count)))
        except (CheckerDiedError, CheckerTimeoutError):
            # Most likely the file's own functions used up what the job may use: nothing more comes of it.
            self._over = True
            self.ended = "" if self._job is None else _last_words(self._job)
        if self._over and self._job is not None:
            await self._job.aclose()

    async def _ask(self, job: Conversation, line: str) -> object:
        cpu_s = self._settings.cpu_s + _GRACE_S
        reply = await job.request(line.encode() + b"\n", limits=Limits(wall_s=_WALL * cpu_s, cpu_s=cpu_s))
        try:
            return json.loads(reply.data)
        except ValueError as error:
            raise CheckerError("the synthesiser gave an answer that is not JSON") from error

    def _take(self, answer: object) -> None:
        match answer:
            case {"error": str(message)}:
                self._over = True
                self.ended = message
            case {"bodies": list(bodies), "over": bool(over)}:
                self._over = over
                for body in bodies:
                    self._note(body)
            case _:
                raise CheckerError("the synthesiser gave an answer that is none")

    def _note(self, body: object) -> None:
        match body:
            case [int(cost), str(text)] if text.strip() == text and text:
                known = self._found[-1].logprob if self._found else 0.0
                if all(text != proposal.step.text for proposal in self._found):
                    self._found.append(Proposal(Step(text), min(known, -_COST * cost), "enumerative"))
            case _:
                raise CheckerError("the synthesiser gave a body that is none")

    def _start(self) -> Job:
        cpu_s = self._settings.cpu_s + 2 * _GRACE_S
        allowance = Allowance(
            wall_s=_WALL * cpu_s * 2,
            cpu_s=cpu_s,
            memory_mb=self._settings.memory_mb,
            processes=4,
            output_bytes=1 << 24,
        )
        return Job(
            argv=(PYTHON, "-c", _START),
            files={**self._files, **_sources()},
            allowance=allowance,
            readable=self._libraries,
            environment={"PYTHONPATH": ":".join(map(str, self._libraries))} if self._libraries else {},
        )


def _last_words(job: Conversation) -> str:
    """How a job ended, and what it said last; that may come from the file's own code."""
    said = job.stderr_tail.strip().rpartition("\n")[2][:200]
    words = "".join(letter if letter.isprintable() else "?" for letter in said)
    return f"{job.ended or 'killed'}: {words}" if words else str(job.ended or "killed")


def _sources() -> Mapping[str, bytes]:
    """The synthesiser's own source, to be put into the sandbox."""
    folder = _PACKAGE.replace(".", "/")
    inside = {
        f"{folder}/{entry.name}": entry.read_bytes()
        for entry in resources(_PACKAGE).iterdir()
        if entry.name.endswith(".py")
    }
    return {"holdfast/__init__.py": b"", "holdfast/models/__init__.py": b""} | inside

"""A process of the community's REPL: JSON and a blank line each way, one answer a request, in order.

Behind each request goes a question about a state that nobody has, whose answer looks like no other: an answer
too many or too few shows at once. A process that did not answer in time, wrote something else or ended is
never read again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.launching import launch
from holdfast.core.errors import CheckerDiedError, CheckerError
from holdfast.runtime.child import Child, Limits
from holdfast.runtime.sandbox.conversation import Conversation

__all__ = ["Repl", "ReplError", "ReplSettings", "ReplSorry", "ReplStep"]

_NOWHERE = {"tactic": "skip", "proofState": 4_000_000_000}
_UNKNOWN = "Unknown proof state."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplSettings:
    """How a process is started and when it has served long enough."""

    argv: tuple[str, ...]
    reply_s: float = 60.0
    """Longest wait for what comes of a tactic."""
    step_cpu_s: float = 5.0
    """CPU seconds for one tactic: the REPL stops nothing by itself."""
    read_s: float = 600.0
    """Longest wait for a text to be read, imports included."""
    memory_mb: int = 8000
    longest_bytes: int = 64 << 20
    """Longest answer that is read."""
    requests: int = 1000
    """The REPL forgets nothing, so its memory only grows."""
    age_s: float = 1800.0
    rss_mb: float = 6000.0


class ReplError(Exception):
    """The REPL says that it could not do what it was asked."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Place(_Wire):
    line: int
    column: int


class _SaidOf(_Wire):
    severity: str = "error"
    data: str = ""


class ReplSorry(_Wire):
    """A hole in a text."""

    goal: str
    state: int | None = Field(default=None, alias="proofState")
    pos: _Place | None = None
    """Lines from 1, columns from 0 in code points; missing in what comes of a tactic."""


class ReplStep(_Wire):
    """What comes of a tactic. No field is taken to be there: what is missing says something."""

    state: int | None = Field(default=None, alias="proofState")
    goals: tuple[str, ...] | None = None
    messages: tuple[_SaidOf, ...] = ()
    sorries: tuple[ReplSorry, ...] = ()
    status: str = Field(default="", alias="proofStatus")

    @property
    def complaint(self) -> str:
        """The first error among what was said, empty where there is none."""
        errors = (each.data or "an error without words" for each in self.messages if each.severity == "error")
        return next(errors, "")


class _Read(_Wire):
    env: int
    sorries: tuple[ReplSorry, ...] = ()


_AnyWire = TypeVar("_AnyWire", _Read, ReplStep)


@dataclass(slots=True)
class Repl:
    """A live process; use `start`."""

    settings: ReplSettings
    process: Child | Conversation
    _asked: int = field(default=0)

    @classmethod
    def start(cls, settings: ReplSettings, lean: Installation | None = None) -> "Repl":
        """Start a process, in the sandbox of `lean` where it has one. Needs a running loop."""
        process = launch(
            settings.argv,
            lean,
            name="Lean's REPL",
            delimiter=b"\n\n",
            memory_mb=settings.memory_mb,
            longest_bytes=settings.longest_bytes,
        )
        return cls(settings, process)

    @property
    def is_worn(self) -> bool:
        """Whether it should be replaced."""
        settings, child = self.settings, self.process
        old = isinstance(child, Child) and (
            child.age_s >= settings.age_s or child.rss_mb() >= settings.rss_mb
        )
        return not child.alive or self._asked >= settings.requests or old

    async def read(self, text: str) -> Sequence[ReplSorry]:
        """The holes of a whole text, imports included.

        Raises ReplError where the REPL says why not, CheckerError where there is no answer; the process is
        then gone.
        """
        limits = Limits(wall_s=self.settings.read_s)
        return (await self._ask({"cmd": text}, limits, _Read)).sorries

    async def step(self, state: int, tactic: str) -> ReplStep:
        """Try a tactic at all goals of a state. Raises as `read`."""
        limits = Limits(wall_s=self.settings.reply_s, cpu_s=self.settings.step_cpu_s)
        return await self._ask({"tactic": tactic, "proofState": state}, limits, ReplStep)

    async def aclose(self) -> None:
        """End the process."""
        await self.process.aclose()

    async def _ask(self, payload: Mapping[str, object], limits: Limits, kind: type[_AnyWire]) -> _AnyWire:
        self._asked += 1
        data = b"".join(
            json.dumps(each, ensure_ascii=False).encode() + b"\n\n" for each in (payload, _NOWHERE)
        )
        try:
            reply = await self.process.request(data, limits=limits, answers=2)
            said = _answer(reply.data)
            if set(said) != {"message"}:
                return kind.model_validate(said)
        except ValidationError as error:
            await self.process.aclose()
            raise CheckerError("an answer of Lean's REPL cannot be read") from error
        except BaseException:
            await self.process.aclose()
            raise
        raise ReplError(str(said["message"]))


def _answer(data: bytes) -> Mapping[str, Any]:
    said, behind = _objects(data)
    if behind != {"message": _UNKNOWN}:
        raise CheckerError("Lean's REPL answered once too often")
    return said


def _objects(data: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        found = [json.loads(part) for part in data.split(b"\n\n") if part.strip()]
    except ValueError as error:
        raise CheckerError("Lean's REPL wrote what is no JSON") from error
    if len(found) != 2 or not all(isinstance(each, dict) for each in found):
        raise CheckerDiedError("Lean's REPL wrote something else than one object an answer")
    return found

"""A Pantograph process: one JSON object a line, one answer a request, in order, without numbers.

Behind each request goes a `stat`, whose answer looks like no other: a line too many or too few shows at once.
A process that did not answer in time, wrote something else or ended is never read again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.launching import launch
from holdfast.core.errors import CheckerDiedError, CheckerError
from holdfast.runtime.child import Child, Limits
from holdfast.runtime.sandbox.conversation import Conversation

__all__ = ["Pantograph", "PantographError", "PantographSettings", "SorryUnit", "StepReply", "WireGoal"]

_READY = b"ready."


@dataclass(frozen=True, slots=True, kw_only=True)
class PantographSettings:
    """How a process is started and when it has served long enough."""

    argv: tuple[str, ...]
    """The program and the modules to import."""
    start_s: float = 180.0
    """Longest wait for the first line: importing Mathlib takes a minute or two."""
    reply_s: float = 30.0
    """Longest wait for an answer."""
    read_s: float = 600.0
    """Longest wait for a text to be read, imports included."""
    step_ms: int = 10_000
    """Milliseconds after which Pantograph itself gives a tactic up."""
    memory_mb: int = 8000
    longest_bytes: int = 64 << 20
    """Longest answer that is read."""
    requests: int = 1000
    age_s: float = 1800.0
    rss_mb: float = 6000.0


class PantographError(Exception):
    """Pantograph says that it could not do what it was asked; `kind` is its own word for why."""

    def __init__(self, kind: str, words: str) -> None:
        self.kind = kind
        super().__init__(words)


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Expression(_Wire):
    pp: str = ""


class _Variable(_Wire):
    userName: str  # noqa: N815 - the name on the wire
    isInaccessible: bool = False  # noqa: N815
    type: _Expression | None = None
    value: _Expression | None = None


class WireGoal(_Wire):
    """A goal as Pantograph writes it."""

    name: str
    """Its own name for it, of this process alone."""
    target: _Expression
    vars: tuple[_Variable, ...] = ()


class _SaidOf(_Wire):
    severity: str = "error"
    data: str = ""
    kind: str = ""


class StepReply(_Wire):
    """What comes back for a tactic. No field is taken to be there: what is missing says something."""

    state: int | None = Field(default=None, alias="nextStateId")
    goals: tuple[WireGoal, ...] | None = None
    messages: tuple[_SaidOf | str, ...] = ()
    """Objects since 0.3.4, texts before."""
    errors: tuple[str, ...] | None = Field(default=None, alias="tacticErrors")
    """Until the middle of 2025."""
    unread: str | None = Field(default=None, alias="parseError")
    has_sorry: bool = Field(default=False, alias="hasSorry")
    has_unsafe: bool = Field(default=False, alias="hasUnsafe")

    @property
    def complaint(self) -> str:
        """The first error among what was said, empty where there is none."""
        for message in self.messages:
            if isinstance(message, str):
                if "error" in message.partition("\n")[0]:
                    return message
            elif message.severity == "error":
                return message.data or "an error without words"
        return "\n".join(self.errors or ())


class SorryUnit(_Wire):
    """A state at the holes of a piece of text."""

    state: int | None = Field(default=None, validation_alias=AliasChoices("goalStateId", "stateId"))
    goals: tuple[WireGoal, ...] = ()
    places: tuple[tuple[int, int], ...] = Field(default=(), alias="goalSrcBoundaries")
    """By goal: the bytes of the text that its `sorry` stands in; not told by later versions."""


@dataclass(slots=True)
class Pantograph:
    """A live process; use `start`."""

    settings: PantographSettings
    process: Child | Conversation
    _asked: int = field(default=0)

    @classmethod
    async def start(cls, settings: PantographSettings, lean: Installation | None = None) -> "Pantograph":
        """Start a process, in the sandbox of `lean` where it has one, and wait until it is ready.

        Raises CheckerError where its first line is another one.
        """
        process = launch(
            settings.argv,
            lean,
            name="Pantograph",
            delimiter=b"\n",
            memory_mb=settings.memory_mb,
            longest_bytes=settings.longest_bytes,
        )
        self = cls(settings, process)
        try:
            first = await process.request(b"", limits=Limits(wall_s=settings.start_s))
            _check_ready(first.data)
            options = {"timeout": settings.step_ms, "automaticMode": True, "printExprPretty": True}
            await self.ask("options.set", options)
        except BaseException as error:
            await process.aclose()
            if isinstance(error, PantographError):
                raise CheckerError(f"Pantograph does not take its options: {error}") from None
            raise
        return self

    @property
    def is_worn(self) -> bool:
        """Whether it should be replaced."""
        settings = self.settings
        child = self.process
        old = isinstance(child, Child) and (
            child.age_s >= settings.age_s or child.rss_mb() >= settings.rss_mb
        )
        return not child.alive or self._asked >= settings.requests or old

    async def ask(
        self, command: str, payload: Mapping[str, object], *, wall_s: float | None = None
    ) -> Mapping[str, Any]:
        """The answer to one request, waited for `wall_s` seconds at most where the usual time is too short.

        Raises PantographError where it is an error of its own, CheckerError where there is no answer; the
        process is then gone.
        """
        self._asked += 1
        lines = [{"cmd": command, "payload": payload}, {"cmd": "stat", "payload": {}}]
        data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        limits = Limits(wall_s=wall_s or self.settings.reply_s)
        try:
            reply = await self.process.request(data, limits=limits, answers=2)
            said, stat = _objects(reply.data)
            _check_stat(stat)
        except BaseException:
            await self.process.aclose()
            raise
        if "error" in said:
            raise PantographError(str(said["error"]), str(said.get("desc", said["error"])))
        return said

    async def step(self, state: int, goal: str, tactic: str) -> StepReply:
        """Try a tactic at one goal of a state; the others stay. Raises as `ask`."""
        payload = {"stateId": state, "goalId": goal, "tactic": tactic, "autoResume": True}
        said = await self.ask("goal.tactic", payload)
        try:
            return StepReply.model_validate(said)
        except ValidationError as error:
            await self.process.aclose()
            raise CheckerError("Pantograph's answer to a tactic cannot be read") from error

    async def elaborate(
        self, text: str, *, inherit: bool = False, sorrys: bool = False
    ) -> Sequence[SorryUnit]:
        """Read a whole text, imports included, and tell of its commands in order. Raises as `ask`.

        With `inherit`, what follows is read as if it stood behind the text.
        """
        flags = {"readHeader": True, "inheritEnv": inherit, "sorrys": sorrys}
        others = {"typeErrorsAsGoals": False, "newConstants": False}
        # While a text is read, Pantograph's own clock for tactics would stop it.
        await self.ask("options.set", {"timeout": 0})
        said = await self.ask(
            "frontend.process", {"file": text, **flags, **others}, wall_s=self.settings.read_s
        )
        await self.ask("options.set", {"timeout": self.settings.step_ms})
        return await self._units(said, "units")

    async def distil(self, text: str) -> Sequence[SorryUnit]:
        """The states at the holes of a text, since 0.3.5. Raises as `ask`."""
        said = await self.ask(
            "frontend.distil", {"file": text, "ignoreValues": False}, wall_s=self.settings.read_s
        )
        return await self._units(said, "targets")

    async def _units(self, said: Mapping[str, Any], name: str) -> Sequence[SorryUnit]:
        try:
            return [SorryUnit.model_validate(each) for each in said[name]]
        except (KeyError, TypeError, ValidationError) as error:
            await self.process.aclose()
            raise CheckerError("Pantograph's answer to a text cannot be read") from error

    async def forget(self, state: int) -> None:
        """Have Pantograph free a state that is of no use. Raises as `ask`."""
        await self.ask("goal.delete", {"stateIds": [state]})

    async def aclose(self) -> None:
        """End the process."""
        await self.process.aclose()


def _check_ready(line: bytes) -> None:
    if line.strip() != _READY:
        words = line[:200].decode(errors="replace").strip()
        raise CheckerError(f"Pantograph is not ready, it says {words!r}: build it for this very Lean")


def _check_stat(said: Mapping[str, Any]) -> None:
    if set(said) != {"nGoals"}:
        raise CheckerError("Pantograph answered once too often")


def _objects(data: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        found = [json.loads(line) for line in data.splitlines()]
    except ValueError as error:
        raise CheckerError("Pantograph wrote what is no JSON") from error
    if len(found) != 2 or not all(isinstance(each, dict) for each in found):
        raise CheckerDiedError("Pantograph wrote something else than one object a line")
    return found

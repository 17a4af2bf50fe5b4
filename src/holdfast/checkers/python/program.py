"""One program, loaded and alive in a sandbox, asked one call at a time."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from holdfast.checkers.python.answers import Answer, NoAnswer, Threw, read_answer, read_fields
from holdfast.checkers.python.inside.wire import Malformed, Tree, encode
from holdfast.checkers.python.suite import Call
from holdfast.checkers.python.verdicts import Reason
from holdfast.checkers.python.views import INSIDE
from holdfast.core.errors import CheckerDiedError, CheckerTimeoutError
from holdfast.runtime.child import Limits, Reply

__all__ = ["ENDS", "CallLimits", "Candidate", "Partner", "Program", "Surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a program finds beside itself."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """What it may import or read, by names as seen from the folder that imports start in."""
    package: str = ""
    """The package that it is a module of, with dots; empty for a module by itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program to be judged."""

    name: str
    """The name of its module, without dots."""
    text: str
    """The whole module, tests included; they are taken out before it enters the sandbox."""
    beside: Surroundings = Surroundings()

    @property
    def full_name(self) -> str:
        """The name of its module, with that of its package."""
        return ".".join(filter(None, (self.beside.package, self.name)))

    @property
    def path(self) -> str:
        """The name of its file as seen from the folder that imports start in."""
        return f"{self.full_name.replace('.', '/')}.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """What a program may use."""

    call_cpu_s: float = 5.0
    call_wall_s: float = 15.0
    load_cpu_s: float = 5.0
    """CPU seconds for importing it."""
    load_wall_s: float = 10.0
    memory_mb: int = 512
    """In units of 2**20 bytes, of all its processes together."""
    script_cpu_s: float = 30.0
    """CPU seconds of tests that run apart, between two calls of the program."""
    script_wall_s: float = 90.0
    answer_bytes: int = 4 << 20
    """Most bytes of one answer."""


class Partner(Protocol):
    """A sandboxed process that answers lines, as `runtime.sandbox` gives them."""

    @property
    def ended(self) -> str | None:
        """How it ended, None while it lives."""
        ...

    async def request(self, data: bytes, *, limits: Limits) -> Reply:
        """One line for one line; raises CheckerTimeoutError and CheckerDiedError."""
        ...

    async def aclose(self) -> None:
        """Kill all of it."""
        ...

    def cpu_s(self) -> float:
        """CPU seconds used."""
        ...


ENDS = {
    "timeout": (Reason.TIMEOUT, "it did not answer in time"),
    "cpu": (Reason.TIMEOUT, "it used up its CPU time"),
    "memory": (Reason.MEMORY, "it used up its memory"),
    "disk": (Reason.MEMORY, "it wrote more to files than it may"),
    "output": (Reason.OUTPUT, "it wrote more than is read"),
}
"""What is said of a program that ended so."""


class Program:
    """A candidate in its process; it is asked only while it is `alive`."""

    def __init__(self, partner: Partner, limits: CallLimits) -> None:
        """Serve what `partner` will load; `limits` hold for each request."""
        self._partner = partner
        self._limits = limits
        self.alive = True
        """Whether it can be asked."""

    async def load(self, name: str, text: str, package: str = "") -> Threw | NoAnswer | None:
        """Import the program, as a module of a package perhaps; says what prevented it."""
        limits = Limits(wall_s=self._limits.load_wall_s, cpu_s=self._limits.load_cpu_s)
        fields: dict[str, Tree] = {"do": "load", "name": name, "text": text, "package": package}
        answer = await self.request(fields, limits)
        return answer if isinstance(answer, Threw | NoAnswer) else None

    async def ask(self, call: Call) -> Answer:
        """What comes of a call. Raises Malformed where an argument is no plain data."""
        inside = [name for name in call.through if name in INSIDE]
        arguments = [encode(value) for value in call.arguments]
        keywords = [[name, encode(value)] for name, value in call.keywords]
        fields: dict[str, Tree] = {"do": "call", "f": call.function, "a": arguments, "k": keywords}
        limits = Limits(wall_s=self._limits.call_wall_s, cpu_s=self._limits.call_cpu_s)
        return await self.request(fields | {"w": inside[0] if inside else None}, limits)

    async def request(self, fields: Mapping[str, Tree], limits: Limits) -> Answer:
        """Any request; the number that keeps answers apart is added."""
        nonce = secrets.token_hex(8)
        data = await self._line(fields, nonce, limits)
        if isinstance(data, NoAnswer):
            return data
        answer = read_answer(data, nonce)
        if isinstance(answer, NoAnswer) and answer.reason is Reason.FORBIDDEN:
            self.alive = False
        return answer

    async def exchange(self, fields: Mapping[str, Tree]) -> Mapping[str, Tree] | NoAnswer:
        """A request whose answer is for tests to read: what it holds is as the program sent it."""
        nonce = secrets.token_hex(8)
        limits = Limits(wall_s=self._limits.call_wall_s, cpu_s=self._limits.call_cpu_s)
        data = await self._line(fields, nonce, limits)
        if isinstance(data, NoAnswer):
            return data
        try:
            return read_fields(data, nonce)
        except Malformed as error:
            self.alive = False
            return NoAnswer(Reason.FORBIDDEN, f"what came back is not an answer: {error}")

    async def _line(self, fields: Mapping[str, Tree], nonce: str, limits: Limits) -> bytes | NoAnswer:
        data = json.dumps({"n": nonce, **fields}).encode() + b"\n"
        try:
            reply = await self._partner.request(data, limits=limits)
        except (CheckerTimeoutError, CheckerDiedError) as error:
            return self._dead(timed_out=isinstance(error, CheckerTimeoutError))
        return self._dead(timed_out=True) if reply.interrupted else reply.data

    async def aclose(self) -> float:
        """End it; returns the CPU seconds that it used."""
        self.alive = False
        await self._partner.aclose()
        return self._partner.cpu_s()

    def _dead(self, *, timed_out: bool) -> NoAnswer:
        self.alive = False
        ended = "timeout" if timed_out else self._partner.ended or "killed"
        return NoAnswer(*ENDS.get(ended, (Reason.DIED, "its process ended before it answered")))

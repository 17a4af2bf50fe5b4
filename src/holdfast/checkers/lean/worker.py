"""One process of Lean's own language server, which holds one document.

What is started is what the server itself starts for each document: it is spoken to as the server does, so
that its end is seen and its CPU time is its own. An answer is never taken from the barrier alone: the
diagnostics of the very version must have come before.
"""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.checkers.lean.installation import STACK_KB, Installation
from holdfast.core.errors import CheckerDiedError, CheckerError
from holdfast.runtime.child import Child, Limits
from holdfast.runtime.sandbox.conversation import Conversation
from holdfast.runtime.sandbox.jobs import Allowance, Job

__all__ = ["Diagnostic", "Worker", "WorkerSettings"]

_URI = "file:///box/job/Document.lean"
_MARK = "~"
_DELIMITER = f'"id":"{_MARK}"'.encode()
"""How the answer to the request at hand begins. Inside of texts the quotes would be escaped."""
_IGNORED = b'{"jsonrpc":"2.0","method":"$/lean/'
"""How progress and the like begins, of which there is much."""
_PATIENCE = 200
"""How often the barrier is asked for again while the diagnostics of a version are missing."""
_HEAD = re.compile(rb"Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a live Lean may use."""

    step_cpu_s: float = 5.0
    """CPU seconds for one step; Lean stops itself before, at `heartbeats`."""
    step_wall_s: float = 60.0
    open_wall_s: float = 600.0
    """Longest wait for a text to be read: imports, and what stands before a hole."""
    heartbeats: int = 100_000
    """Lean's own measure of work for one declaration, in thousands; the same on every machine."""
    memory_mb: int = 8000
    requests: int = 1000
    """Requests after which the process is replaced."""
    threads: int = 2


class _Place(BaseModel):
    model_config = ConfigDict(frozen=True)

    line: int
    character: int


class _Range(BaseModel):
    model_config = ConfigDict(frozen=True)

    start: _Place
    end: _Place


class Diagnostic(BaseModel):
    """What Lean says of a place in the document."""

    model_config = ConfigDict(frozen=True)

    range: _Range
    severity: int = 1
    """1 is an error, 2 a warning."""
    message: str
    code: str | int = ""
    tags: tuple[int, ...] = Field(default=(), alias="leanTags")
    """1 where goals are left unsolved."""


class Worker:
    """A live document. Single-user; what it is asked after an error starts a new process first."""

    def __init__(self, installation: Installation, settings: WorkerSettings) -> None:
        """Start nothing yet."""
        self._installation = installation
        self._settings = settings
        self._process: Child | Conversation | None = None
        self._asked = 0
        self._base = ""
        """The latest document that was no step, with which a new process begins."""
        self._is_open = False
        self._version = 0
        self._incoming = b""
        self._spent = 0.0
        self._replies: list[Mapping[str, Any]] = []
        self._diagnostics: dict[int, tuple[Diagnostic, ...]] = {}

    def cpu_s(self) -> float:
        """CPU seconds of all processes so far."""
        return self._spent + (0.0 if self._process is None else self._process.cpu_s())

    @property
    def step_cpu_s(self) -> float:
        """CPU seconds after which a step is given up."""
        return self._settings.step_cpu_s

    @property
    def process(self) -> Child | Conversation | None:
        """The process at hand, None where none runs."""
        return self._process

    async def read(self, text: str, *, is_step: bool = True) -> Sequence[Diagnostic]:
        """Make `text` the document and wait until Lean has read all of it.

        Raises CheckerError where Lean does not say what it thinks of it; the process is then gone.
        """
        is_new = self._process is None or self._asked >= self._settings.requests
        if is_new:
            await self.aclose()
            self._start()
            if is_step:  # what a step may use does not cover reading what it rests on
                await self._read(self._base, is_step=False)
        if is_step:
            return await self._read(text, is_step=True)
        self._base = text
        try:
            return await self._read(text, is_step=False)
        except CheckerDiedError:
            if is_new:
                raise
        # A process ends when the imports of its document change.
        self._start()
        return await self._read(text, is_step=False)

    async def _read(self, text: str, *, is_step: bool) -> Sequence[Diagnostic]:
        self._version += 1
        change = [self._changed(text)] if self._is_open else self._opened(text)
        self._is_open = True
        try:
            await self._exchange([*change, self._barrier()], short=is_step)
            for _ in range(_PATIENCE):
                if self._version in self._diagnostics:
                    break
                # The barrier has been seen to fall before them.
                await self._exchange([self._barrier()], short=is_step)
            return self._diagnostics_now()
        except BaseException:
            await self.aclose()
            raise

    async def goals(self, line: int, character: int) -> Sequence[str] | None:
        """The goals in front of a place of the document, as texts; None where there is no tactic.

        `line` and `character` are from 0, characters in units of UTF-16. Raises CheckerError.
        """
        try:
            result = await self._at("$/lean/plainGoal", line, character)
            return None if result is None else [str(goal) for goal in result["goals"]]
        except (IndexError, KeyError, TypeError) as error:
            await self.aclose()
            raise CheckerError("Lean's answer to a question about goals cannot be read") from error

    async def hover(self, line: int, character: int) -> str:
        """What Lean says of the word at a place, in Markdown; empty where it says nothing.

        Places as for `goals`. Raises CheckerError.
        """
        try:
            result = await self._at("textDocument/hover", line, character)
            return "" if result is None else str(result["contents"]["value"])
        except (IndexError, KeyError, TypeError) as error:
            await self.aclose()
            raise CheckerError("Lean's answer to a question about a word cannot be read") from error

    async def _at(self, method: str, line: int, character: int) -> Any:  # noqa: ANN401 - any JSON
        place = {"line": line, "character": character}
        try:
            await self._exchange(
                [_request(method, {"textDocument": {"uri": _URI}, "position": place})], short=True
            )
            self._replies.clear()
            # The answer is whole when the next one has begun.
            await self._exchange([self._barrier()], short=True)
            return self._replies[0].get("result", "missing")
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """End the process."""
        if self._process is not None:
            process, self._process = self._process, None
            await process.aclose()
            self._spent += process.cpu_s()

    def _start(self) -> None:
        lean, settings = self._installation, self._settings
        options = [
            "-Dserver.reportDelayMs=0",
            f"-DmaxHeartbeats={settings.heartbeats}",
            f"-j{settings.threads}",
            f"-s{STACK_KB}",
        ]
        argv = (str(lean.program), "--worker", *options, _URI)
        self._asked, self._incoming, self._is_open = 0, b"", False
        self._replies.clear()
        self._diagnostics.clear()
        # Else it would ask Lake, which runs the project's own program, where modules are.
        variables = {**lean.variables, "LAKE": "/nonexistent/lake"}
        if lean.sandbox is None:
            environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **variables}
            self._process = Child(argv, name="Lean", delimiter=_DELIMITER, env=environment)
            return
        job = Job(
            argv=argv,
            allowance=Allowance(
                wall_s=86_400.0,
                cpu_s=86_400.0,
                memory_mb=settings.memory_mb,
                processes=256,
                output_bytes=256 << 20,
            ),
            readable=lean.places,
            environment=variables,
        )
        self._process = lean.sandbox.open(job, delimiter=_DELIMITER, name="Lean")

    async def _exchange(self, messages: Sequence[bytes], *, short: bool) -> None:
        """Send messages, the last of them a request, and read on to where its answer begins."""
        if self._process is None:
            raise CheckerDiedError("Lean is not running")
        self._asked += 1
        wall_s = self._settings.step_wall_s if short else self._settings.open_wall_s
        limits = Limits(wall_s=wall_s, cpu_s=self._settings.step_cpu_s if short else None)
        reply = await self._process.request(b"".join(messages), limits=limits)
        self._incoming += reply.data
        self._take()

    def _take(self) -> None:
        """Sort the frames that are whole."""
        while found := _HEAD.match(self._incoming):
            end = found.end() + int(found[1])
            if len(self._incoming) < end:
                return
            body, self._incoming = self._incoming[found.end() : end], self._incoming[end:]
            if body.startswith(_IGNORED):
                continue
            try:
                frame = json.loads(body)
            except ValueError as error:
                raise CheckerError("Lean's server wrote what is no JSON") from error
            self._sort(frame)
        if len(self._incoming) > 64 and not self._incoming.startswith(b"Content-Length: "):
            raise CheckerError("Lean's server wrote what is no message")

    def _sort(self, frame: Mapping[str, Any]) -> None:
        if frame.get("id") == _MARK:
            self._replies.append(frame)
        elif frame.get("method") == "textDocument/publishDiagnostics":
            try:
                params = frame["params"]
                said = tuple(Diagnostic.model_validate(each) for each in params["diagnostics"])
                self._diagnostics = {int(params["version"]): said}
            except (KeyError, TypeError, ValidationError) as error:
                raise CheckerError("the diagnostics of Lean's server cannot be read") from error

    def _diagnostics_now(self) -> tuple[Diagnostic, ...]:
        with contextlib.suppress(KeyError):
            return self._diagnostics[self._version]
        raise CheckerError("Lean's server said that it was done, but not what it found")

    def _opened(self, text: str) -> list[bytes]:
        document = {"uri": _URI, "languageId": "lean", "version": self._version, "text": text}
        return [
            _request("initialize", {"capabilities": {}}, identifier="0"),
            _frame({"method": "textDocument/didOpen", "params": {"textDocument": document}}),
        ]

    def _changed(self, text: str) -> bytes:
        document = {"uri": _URI, "version": self._version}
        params = {"textDocument": document, "contentChanges": [{"text": text}]}
        return _frame({"method": "textDocument/didChange", "params": params})

    def _barrier(self) -> bytes:
        return _request("textDocument/waitForDiagnostics", {"uri": _URI, "version": self._version})


def _request(method: str, params: Mapping[str, object], identifier: str = _MARK) -> bytes:
    return _frame({"id": identifier, "method": method, "params": params})


def _frame(message: Mapping[str, object]) -> bytes:
    data = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(data), data)

"""The protocol of petanque: JSON-RPC 2.0 with numbers for states. Bytes to records and back, no I/O.

`pet` puts a `Content-Length` in front of each message, `pet-server` a line end behind it. Both write JSON
objects without line ends inside, and one behind.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal, Hypothesis, Subgoal

__all__ = [
    "DELIMITER",
    "PetError",
    "RunResult",
    "frame",
    "read_frame",
    "read_goal",
    "read_message",
    "request",
]

DELIMITER = b"}\n"
"""Ends each message, and occurs nowhere else in it: line ends in texts are escaped."""
_HEAD = re.compile(rb"Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n")
_BREAK = re.compile(r"\s*\n\s*")


class PetError(Exception):
    """Petanque says that it could not do what it was asked; `code` is its own number for why."""

    INTERRUPTED = -32001
    PARSING = -32002
    ROCQ = -32003
    ANOMALY = -32004

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)

    @property
    def is_of_text(self) -> bool:
        """Whether it is about the sentence that was sent, and not about the request."""
        return self.code in {self.PARSING, self.ROCQ, self.ANOMALY}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunResult(_Wire):
    """The state that a sentence leads to."""

    st: int = Field(ge=0, strict=True)
    proof_finished: bool = False
    """Also true after `Abort` and `Admitted`: it means nothing."""
    feedback: tuple[tuple[int, str], ...] = ()


class _Hypothesis(_Wire):
    names: tuple[str, ...]
    body: str | None = Field(default=None, alias="def")
    ty: str


class _Goal(_Wire):
    info: Any = None
    hyps: tuple[_Hypothesis, ...] = ()
    ty: str


class _Goals(_Wire):
    goals: tuple[_Goal, ...]
    stack: tuple[tuple[tuple[_Goal, ...], tuple[_Goal, ...]], ...] = ()
    shelf: tuple[_Goal, ...] = ()
    given_up: tuple[_Goal, ...] = ()


def request(identifier: int, method: str, params: Mapping[str, object]) -> bytes:
    """A request as one line."""
    message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def frame(line: bytes) -> bytes:
    """A message with its length in front."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(line), line)


def read_frame(data: bytes) -> bytes:
    """The message behind its length. Raises CheckerError where the length is another one."""
    found = _HEAD.match(data)
    if found is None or len(data) - found.end() != int(found[1]):
        raise CheckerError("petanque wrote what is no message")
    return data[found.end() :]


def read_message(line: bytes) -> Mapping[str, Any]:
    """One message. Raises CheckerError where it is none."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise CheckerError("petanque wrote what is no JSON") from error
    if not isinstance(found, dict):
        raise CheckerError("petanque wrote something else than an object")
    return found


def read_goal(said: object) -> Goal | None:
    """The goals of a state, None outside proofs. Raises CheckerError on nonsense."""
    if said is None:
        return None
    try:
        goals = _Goals.model_validate(said)
    except ValidationError as error:
        raise CheckerError("petanque gave goals that cannot be read") from error
    levels = tuple((*map(_subgoal, reversed(before)), *map(_subgoal, after)) for before, after in goals.stack)
    return Goal(
        tuple(map(_subgoal, goals.goals)),
        levels,
        tuple(map(_subgoal, goals.shelf)),
        tuple(map(_subgoal, goals.given_up)),
    )


def _subgoal(goal: _Goal) -> Subgoal:
    hypotheses = tuple(
        Hypothesis(each.names, _fold(each.ty), None if each.body is None else _fold(each.body))
        for each in goal.hyps
    )
    evar = goal.info.get("evar", "") if isinstance(goal.info, dict) else ""
    return Subgoal(hypotheses, _fold(goal.ty), json.dumps(evar))


def _fold(text: str) -> str:
    """A text on one line; petanque breaks lines to a width of its own."""
    return _BREAK.sub(" ", text).strip()

"""What Lean says: messages as `lean --json` writes them, and what sort of refusal an error is."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.steps import RefusalReason

__all__ = ["Message", "Position", "classify", "read_messages"]


class Position(BaseModel):
    """A place in a text, in code points."""

    model_config = ConfigDict(frozen=True)

    line: int
    """From 1."""
    column: int
    """From 0."""


class Message(BaseModel):
    """One line of `lean --json`. Keys that other versions add are not looked at."""

    model_config = ConfigDict(frozen=True)

    severity: Literal["error", "warning", "information"]
    data: str
    kind: str = ""
    """Stays the same while the wording changes from version to version, as `hasSorry`; most have none."""
    pos: Position
    end: Position | None = Field(default=None, alias="endPos")


def read_messages(output: bytes) -> tuple[Message, ...] | None:
    """The messages that Lean wrote, None where something else stands between them."""
    found = []
    for line in output.splitlines():
        if line.strip():
            try:
                found.append(Message.model_validate_json(line))
            except ValidationError:
                return None
    return tuple(found)


_SIGNS = (
    (RefusalReason.TIMEOUT, r"maximum number of heartbeats|deterministic\) timeout|elaboration interrupted"),
    (RefusalReason.MEMORY, r"maximum recursion depth|excessive memory|stack overflow"),
    (
        RefusalReason.SYNTAX,
        r"unexpected (?:token|identifier|end of|character)|unknown tactic|; expected|^expected ",
    ),
    (RefusalReason.UNKNOWN_NAME, r"unknown (?:identifier|constant|free variable|namespace|id |declaration)"),
    (RefusalReason.UNKNOWN_NAME, r"invalid field|does not contain"),
    (RefusalReason.NO_PROGRESS, r"made no progress|no progress"),
    (RefusalReason.TYPE_MISMATCH, r"type mismatch|could not unify|failed to unify|is not def-?eq|has type"),
)


def classify(text: str, kind: str = "") -> RefusalReason:
    """What sort of refusal an error is, by its kind and else by its words."""
    if "unknownIdentifier" in kind:
        return RefusalReason.UNKNOWN_NAME
    for reason, sign in _SIGNS:
        if re.search(sign, text, re.IGNORECASE):
            return reason
    return RefusalReason.NOT_APPLICABLE

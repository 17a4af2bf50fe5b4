"""What the app answers with, and what its stores give out: frozen records without secrets."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = [
    "ENDED",
    "Change",
    "Diff",
    "Job",
    "JobEvent",
    "JobKind",
    "JobState",
    "Session",
    "Snippet",
    "Token",
    "Turn",
    "User",
    "Version",
    "VersionLine",
]

JobKind = Literal["generate", "adjust", "run", "test", "repair", "best", "suggest", "load"]
JobState = Literal["queued", "loading", "running", "done", "failed", "stopped", "interrupted"]
"""`interrupted` is what a job becomes whose server ended in the middle of it."""
ENDED: frozenset[str] = frozenset({"done", "failed", "stopped", "interrupted"})


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class User(_Record):
    """Somebody who may use the app."""

    id: str
    name: str
    role: Literal["admin", "user"]
    created: float = 0.0
    """Seconds since 1970, as all times here."""


class Token(_Record):
    """A token of a user's program, without its secret."""

    id: str
    label: str
    created: float
    expires: float


class Session(_Record):
    """A conversation about one program."""

    id: str
    title: str
    language: str
    model: str
    created: float
    updated: float
    deleted: float | None
    """When it was deleted; it can be had back until it is swept away."""
    revision: int
    """Goes up with every change."""
    head: str | None
    """The version that is worked on; None while the session is blank."""


class Turn(_Record):
    """One request to the model. Turns with the same parent are branches."""

    id: str
    session: str
    parent: str | None
    prompt: str
    model: str
    language: str
    base: str | None
    """The version that the model was shown."""
    version: str | None
    """The version that came of it; None where none did, or not yet."""
    job: str | None
    """The last job that worked on it."""
    refusal: str | None
    """Why the model gave no program, in its words; text of a stranger."""
    partial: str | None
    """What had come when the work was broken off."""
    created: float


class VersionLine(_Record):
    """A version without its program."""

    id: str
    session: str
    turn: str | None
    parent: str | None
    digest: str
    """SHA-256 of the program."""
    origin: Literal["model", "user", "restored", "given"]
    language: str
    good: bool
    """Whether later turns may build on it; what a model wrote that cannot be read is kept all the same."""
    created: float
    lines: int
    """Of the program."""


class Version(VersionLine):
    """A program at one moment; never changed."""

    code: str


class Change(_Record):
    """A line of a comparison."""

    kind: Literal["same", "added", "removed"]
    text: str
    old_line: int | None = None
    """1-based; None for what was added."""
    new_line: int | None = None


class Diff(_Record):
    """What changed between two versions."""

    old: str
    new: str
    added: int
    removed: int
    unified: str
    """As `diff -u` prints it."""
    changes: tuple[Change, ...]
    """Every line of both."""


class Job(_Record):
    """Work that goes on without whoever asked for it."""

    id: str
    kind: JobKind
    state: JobState
    session: str | None
    turn: str | None
    version: str | None
    request: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    """The error as it would be answered: status, code, message, hint."""
    created: float
    ended: float | None
    place: int | None = None
    """How many jobs begin before it, while it waits for its turn."""


class JobEvent(_Record):
    """One thing that a job said."""

    number: int
    """Counts from 1; what a client resumes from."""
    kind: str
    """`state`, `text`, `progress`, `note`, `result`, `error` or `end`."""
    data: dict[str, Any]
    at: float


class Snippet(_Record):
    """A program that was worth keeping."""

    id: str
    title: str
    language: str
    code: str
    digest: str
    tags: tuple[str, ...]
    provenance: dict[str, Any]
    """Where it comes from: prompts, model, version, verdicts of tests."""
    created: float
    updated: float
    deleted: float | None
    revision: int
    share: str | None
    """What the address of its public page ends with, `/s/SHARE`; None where it has none."""

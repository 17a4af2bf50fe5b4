"""What lies below steps that need the live Rocq: a worker that reads one source for each batch."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from holdfast.checkers.rocq.document import Document, read_document
from holdfast.checkers.rocq.extraction import Extracted, extract
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.stepping import Replayed
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import Work
from holdfast.models.goal_text import goal_text
from holdfast.pipelines.dataset.records import DatasetSource, EvaluatedTheorem
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = [
    "Clock",
    "LiveSettings",
    "LiveSource",
    "OpenRocq",
    "Rocq",
    "by_library",
    "difference",
    "focused",
    "live_settings",
    "live_worker",
]

OpenRocq: TypeAlias = Callable[[], Awaitable[Installation]]
"""Finds Rocq where a worker runs; it travels by pickle."""


@dataclass(frozen=True, slots=True)
class Rocq:
    """How the sources of a library are read."""

    open: OpenRocq
    identity: CheckerIdentity
    root: Path
    """The folder that their files are named from."""
    arguments: tuple[str, ...] = ()
    """Options of Rocq, folders absolute."""

    def compiling(self, source: DatasetSource) -> tuple[str, ...]:
        """Options to compile one source; what the prelude is made of is compiled without it."""
        bare = source.library.split(".")[1:2] == ["Init"]
        return (*self.arguments, "-noinit") if bare else self.arguments

    def options(self, source: DatasetSource) -> tuple[str, ...]:
        """Options to read one source in a live Rocq."""
        return (*self.compiling(source), "-topfile", str(self.root / source.file))


class LiveSettings(BaseModel):
    """What decides what Rocq says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: str
    """The digest of what step 0 gave."""
    tool: str
    version: str
    libraries: str
    dictionary: str = ""


def live_settings(identity: CheckerIdentity, sources: Output, dictionary: str = "") -> LiveSettings:
    """What decides the results of a step that reads `sources`; `dictionary` is a digest of docstrings."""
    return LiveSettings(
        sources=sources.digest,
        tool=identity.tool,
        version=identity.version,
        libraries=identity.libraries,
        dictionary=dictionary,
    )


def by_library(rows: Iterable[Row]) -> Iterator[Batch]:
    """A batch for each library, in the order in which they first come."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.data["library"]), []).append(row)
    for library, listed in found.items():
        yield Batch(library, tuple(listed))


@dataclass(frozen=True, slots=True)
class LiveSource:
    """One source in a live Rocq, and the rows that are to be handled."""

    rocq: Rocq
    installation: Installation
    source: DatasetSource
    document: Document
    theorems: Mapping[int, Extracted]
    """By start."""
    rows: tuple[Row, ...]

    def toplevel(self) -> Toplevel:
        """A Rocq that has read nothing."""
        return Toplevel(self.installation, self.rocq.options(self.source))


_Handle: TypeAlias = Callable[[LiveSource], AsyncIterator[Handled]]


@asynccontextmanager
async def live_worker(rocq: Rocq, sources: Output, handle: _Handle) -> AsyncIterator[Work[Batch, Handled]]:
    """A worker that reads the source of each batch and lets `handle` tell of its rows."""
    installation = await rocq.open()
    texts = {row.key: row for row in sources.rows()}

    async def work(batch: Batch) -> AsyncIterator[Handled]:
        source = DatasetSource.model_validate(texts[batch.key].data)
        document = read_document(Source(source.file, source.text))
        theorems = {each.start: each for each in extract(document, source.library)}
        rows = tuple(row for row in batch.rows if row.key not in batch.done)
        told: set[str] = set()
        try:
            async for handled in handle(LiveSource(rocq, installation, source, document, theorems, rows)):
                told.add(handled.key)
                yield handled
        except SourceError as error:
            for row in rows:
                if row.key not in told:
                    yield Handled(row.key, dropped="Rocq does not accept the source", detail=str(error))

    yield work


class Clock:
    """Shares out what Rocq uses among rows: each has what was used since the one before, reading included."""

    def __init__(self, toplevel: Toplevel) -> None:
        self._toplevel = toplevel
        self._used_s = 0.0

    def lap(self) -> float:
        """CPU seconds since the last call."""
        before_s, self._used_s = self._used_s, self._toplevel.cpu_s()
        return round(self._used_s - before_s, 4)


def difference(recorded: EvaluatedTheorem, replayed: Replayed) -> str:
    """Where a proof does something else than was recorded; empty for nowhere."""
    if goal_text(replayed.first, "bar") != recorded.initial_goal:
        return "the statement opens another goal"
    for number, (step, seen) in enumerate(zip(recorded.evaluation, replayed.steps, strict=True)):
        if (step.goals_before, step.goals_after) != (focused(seen.before), focused(seen.after)):
            return f"sentence {number} leads to another goal: {step.chain}"
    return ""


def focused(goal: Goal) -> tuple[str, ...]:
    """The subgoals in focus, each as text."""
    return tuple(goal_text(Goal((subgoal,)), "bar") for subgoal in goal.subgoals)

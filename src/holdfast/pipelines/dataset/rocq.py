"""Steps 2 and 4: what only the live Rocq knows of proofs. Each source is read once, in one pass."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from holdfast.checkers.rocq.document import Document, read_document
from holdfast.checkers.rocq.extraction import Extracted, extract
from holdfast.checkers.rocq.globbing import glob_of
from holdfast.checkers.rocq.haves import Refusal, Standing, cut, stand_alone
from holdfast.checkers.rocq.installation import Installation
from holdfast.checkers.rocq.sentences import split
from holdfast.checkers.rocq.stepping import Reading, Replayed, Stepped, replay
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import MakeWorker, Work
from holdfast.models.goal_text import goal_text
from holdfast.pipelines.dataset.dictionary import Dictionary
from holdfast.pipelines.dataset.names import SourceNames
from holdfast.pipelines.dataset.records import (
    DatasetSource,
    EvaluatedStep,
    EvaluatedTheorem,
    HaveProof,
    LibraryTheorem,
    RewrittenTheorem,
    plain,
)
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = ["Evaluate", "OpenRocq", "RewriteHaves", "Rocq", "Verify"]

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
    prelude: bool = True
    """Whether files may use the prelude, as all do but those that it is made of."""

    def options(self, source: DatasetSource) -> tuple[str, ...]:
        """Options for one source."""
        bare = not self.prelude or source.library.split(".")[1:2] == ["Init"]
        start = ("-noinit",) if bare else ()
        return (*self.arguments, *start, "-topfile", str(self.root / source.file))


class _Settings(BaseModel):
    """What decides what Rocq says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: str
    """The digest of what step 0 gave."""
    tool: str
    version: str
    libraries: str
    dictionary: str = ""


class RewriteHaves:
    """Step 2: haves made to stand alone, and checked."""

    name = "haves"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output) -> None:
        """Read `sources`, which step 0 gave."""
        self.settings: BaseModel = _settings(rocq, sources)
        self._worker = partial(_worker, rocq, sources, _rewrite)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return _by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


class Evaluate:
    """Step 4: each proof replayed sentence by sentence, with what each sentence uses."""

    name = "evaluated"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output, dictionary: Dictionary) -> None:
        """Read `sources`, which step 0 gave, and annotate with what `dictionary` says."""
        self.settings: BaseModel = _settings(rocq, sources, dictionary.digest)
        self._worker = partial(_worker, rocq, sources, partial(_evaluate, dictionary))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return _by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


class Verify:
    """Not a step of the dataset: replays what step 4 recorded, in a fresh Rocq, and drops what differs."""

    name = "verified"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output, keys: frozenset[str] | None = None) -> None:
        """Look at the rows of `keys`, None for all."""
        self.settings: BaseModel = _settings(rocq, sources)
        self._keys = keys
        self._worker = partial(_worker, rocq, sources, _verify)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return _by_library(row for row in rows if self._keys is None or row.key in self._keys)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


def _settings(rocq: Rocq, sources: Output, dictionary: str = "") -> _Settings:
    identity = rocq.identity
    return _Settings(
        sources=sources.digest,
        tool=identity.tool,
        version=identity.version,
        libraries=identity.libraries,
        dictionary=dictionary,
    )


def _by_library(rows: Iterable[Row]) -> Iterator[Batch]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.data["library"]), []).append(row)
    for library, listed in found.items():
        yield Batch(library, tuple(listed))


@dataclass(frozen=True, slots=True)
class _Reading:
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


_Handle: TypeAlias = Callable[[_Reading], AsyncIterator[Handled]]


@asynccontextmanager
async def _worker(rocq: Rocq, sources: Output, handle: _Handle) -> AsyncIterator[Work[Batch, Handled]]:
    installation = await rocq.open()
    texts = {row.key: row for row in sources.rows()}

    async def work(batch: Batch) -> AsyncIterator[Handled]:
        source = DatasetSource.model_validate(texts[batch.key].data)
        document = read_document(Source(source.file, source.text))
        theorems = {each.start: each for each in extract(document, source.library)}
        rows = tuple(row for row in batch.rows if row.key not in batch.done)
        told: set[str] = set()
        try:
            async for handled in handle(_Reading(rocq, installation, source, document, theorems, rows)):
                told.add(handled.key)
                yield handled
        except SourceError as error:
            for row in rows:
                if row.key not in told:
                    yield Handled(row.key, dropped="Rocq does not accept the source", detail=str(error))

    yield work


async def _rewrite(reading: _Reading) -> AsyncIterator[Handled]:
    """Rewrite what has haves; Rocq is started for those only."""
    wanted = {int(row.data["start"]): row for row in reading.rows}
    for row in reading.rows:
        if not _has_have(row):
            yield Handled(row.key, rows=(Row(row.key, plain(_rewritten(row, None, ""))),))
            del wanted[int(row.data["start"])]
    if not wanted:
        return
    async with reading.toplevel() as toplevel:
        text, clock = Reading(toplevel, reading.document), _Clock(toplevel)
        for theorem in reading.document.theorems:
            found = wanted.get(reading.document.sentences[theorem.statement].start)
            if found is not None:
                await text.read_to((theorem.statement if theorem.proof is None else theorem.proof) + 1)
                yield await _stand(toplevel, found, clock)


class _Clock:
    """Shares out what Rocq uses among rows: each has what was used since the one before, reading included."""

    def __init__(self, toplevel: Toplevel) -> None:
        self._toplevel = toplevel
        self._used_s = 0.0

    def lap(self) -> float:
        """CPU seconds since the last call."""
        before_s, self._used_s = self._used_s, self._toplevel.cpu_s()
        return round(self._used_s - before_s, 4)


async def _stand(toplevel: Toplevel, row: Row, clock: _Clock) -> Handled:
    standing, refused = None, ""
    try:
        standing = await stand_alone(toplevel, row.data["body"], row.data["ending"])
    except Refusal as refusal:
        refused = str(refusal)
    record = _rewritten(row, standing, refused)
    measures = {
        "cpu_s": clock.lap(),
        "proofs_with_haves": 1,
        "proofs_rewritten": 0 if standing is None else 1,
        "haves": len(record.haves),
    }
    return Handled(row.key, rows=(Row(row.key, plain(record)),), measures=measures)


def _has_have(row: Row) -> bool:
    try:
        return any(cut(sentence) is not None for sentence in row.data["body"])
    except Refusal:
        return True


def _rewritten(row: Row, standing: Standing | None, refused: str) -> RewrittenTheorem:
    theorem = LibraryTheorem.model_validate(row.data)
    lines = theorem.body if standing is None else standing.lines
    haves = [] if standing is None else standing.haves
    return RewrittenTheorem(
        **dict(theorem),
        lines=lines,
        origins=tuple(range(len(lines))) if standing is None else standing.origins,
        haves=tuple(
            HaveProof(
                name=f"{theorem.name}_have_{number}",
                line=have.line,
                stop=have.stop,
                statement=lines[have.line],
                goal=goal_text(Goal((have.goal,)), "bar"),
                proof=lines[have.line + 1 : have.stop],
            )
            for number, have in enumerate(haves)
        ),
        refused=refused,
    )


async def _evaluate(dictionary: Dictionary, reading: _Reading) -> AsyncIterator[Handled]:
    file = reading.rocq.root / reading.source.file
    options = reading.rocq.options(reading.source)[:-2]
    glob = await glob_of(reading.installation, file, reading.source.text, reading.source.library, options)
    names = SourceNames(glob, reading.document, dictionary)
    rows = {int(row.data["start"]): row for row in reading.rows}
    wanted = [reading.theorems[start] for start in rows]
    written = {start: row.data["lines"] for start, row in rows.items()}
    async with reading.toplevel() as toplevel:
        clock = _Clock(toplevel)
        async for replayed in replay(toplevel, reading.document, wanted, written):
            row = rows[replayed.theorem.start]
            measures = {"cpu_s": clock.lap(), "proof_cpu_s": round(replayed.cpu_s, 4)}
            if replayed.failure:
                dropped = "the proof does not replay"
                yield Handled(row.key, dropped=dropped, detail=replayed.failure, measures=measures)
                continue
            theorem = RewrittenTheorem.model_validate(row.data)
            record = _evaluated(theorem, replayed, names)
            yield Handled(row.key, rows=(Row(row.key, plain(record)),), measures=measures)


async def _verify(reading: _Reading) -> AsyncIterator[Handled]:
    rows = {int(row.data["start"]): row for row in reading.rows}
    written = {start: row.data["lines"] for start, row in rows.items()}
    async with reading.toplevel() as toplevel:
        async for replayed in replay(
            toplevel, reading.document, [reading.theorems[at] for at in rows], written
        ):
            row = rows[replayed.theorem.start]
            detail = replayed.failure or _difference(EvaluatedTheorem.model_validate(row.data), replayed)
            if detail:
                yield Handled(row.key, dropped="the proof does not replay as recorded", detail=detail)
            else:
                yield Handled(row.key, rows=(Row(row.key, {"name": row.data["name"]}),))


def _difference(recorded: EvaluatedTheorem, replayed: Replayed) -> str:
    """Where a proof does something else than was recorded; empty for nowhere."""
    if goal_text(replayed.first, "bar") != recorded.initial_goal:
        return "the statement opens another goal"
    for number, (step, seen) in enumerate(zip(recorded.evaluation, replayed.steps, strict=True)):
        if (step.goals_before, step.goals_after) != (_goals(seen.before), _goals(seen.after)):
            return f"sentence {number} leads to another goal: {step.chain}"
    return ""


def _evaluated(theorem: RewrittenTheorem, replayed: Replayed, names: SourceNames) -> EvaluatedTheorem:
    body = names.sentences(replayed.theorem)
    steps = []
    for step, origin in zip(replayed.steps, theorem.origins, strict=True):
        start, end = body[origin]
        whole = theorem.body[origin] == step.text
        steps.append(_step(step, names, start, end, None if whole else step.text))
    stated = (theorem.start, theorem.start + len(theorem.statement))
    return EvaluatedTheorem(
        **dict(theorem),
        initial_goal=goal_text(replayed.first, "bar"),
        statement_premises=names.premises(*stated),
        statement_notations=names.notations(*stated),
        evaluation=tuple(steps),
    )


def _step(step: Stepped, names: SourceNames, start: int, end: int, part: str | None) -> EvaluatedStep:
    return EvaluatedStep(
        chain=step.text,
        kind=split(Source("", step.text))[0].kind.value,
        goals_before=_goals(step.before),
        goals_after=_goals(step.after),
        left=len(step.after.subgoals) + sum(map(len, step.after.background)),
        premises=names.premises(start, end, part),
        notations=names.notations(start, end),
    )


def _goals(goal: Goal) -> tuple[str, ...]:
    return tuple(goal_text(Goal((subgoal,)), "bar") for subgoal in goal.subgoals)

"""The steps that read Lean: from files to theorems, and each finished proof replayed in Lean's server.

Rewriting haves is done for Rocq alone: step 2 passes rows on as they are.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel

from holdfast.checkers.lean.document import Document, read_document
from holdfast.checkers.lean.extraction import Extracted, docstring_before, extract, without_comments
from holdfast.checkers.lean.installation import Installation
from holdfast.checkers.lean.lexer import Kind, Token, comments
from holdfast.checkers.lean.stepping import ReplayedProof, UsedName, replay_proofs
from holdfast.checkers.lean.worker import Worker, WorkerSettings
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.goals import Goal
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import MakeWorker, Work
from holdfast.models.goal_text import GoalStyle, goal_text
from holdfast.pipelines.dataset.dictionary import Dictionary
from holdfast.pipelines.dataset.live import by_library, live_settings
from holdfast.pipelines.dataset.reading import file_bytes, licence_in
from holdfast.pipelines.dataset.records import (
    DatasetSource,
    EvaluatedStep,
    EvaluatedTheorem,
    LibraryTheorem,
    Premise,
    RemarkText,
    RewrittenTheorem,
    plain,
)
from holdfast.pipelines.row_step import RowStep
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = [
    "Lean",
    "LeanEvaluate",
    "LeanVerify",
    "lean_keep",
    "lean_rows",
    "lean_sources",
    "lean_theorems",
]

OpenLean: TypeAlias = Callable[[], Awaitable[Installation]]
"""Finds Lean where a worker runs; it travels by pickle."""
Replay: TypeAlias = Callable[[Row, ReplayedProof], Handled]

_CHUNK = 20
_LEFT_OUT = frozenset({".lake", ".git"})
"""Folders whose files are somebody else's."""
_TURNSTILE: GoalStyle = "turnstile"


@dataclass(frozen=True, slots=True)
class Lean:
    """How the sources of a project are read."""

    open: OpenLean
    identity: CheckerIdentity
    root: Path
    """The folder that their files are named from."""


def lean_rows(root: Path) -> dict[str, Row]:
    """What goes into step 0: a row for each .lean file below a folder, by the names of modules, in order.

    What Lake has built is left out. Raises StorageError where a file cannot be read.
    """
    rows = {}
    for path in sorted(root.rglob("*.lean")):
        place = path.relative_to(root)
        if not _LEFT_OUT.intersection(place.parts) and path.is_file():
            name = ".".join(place.with_suffix("").parts)
            digest = hashlib.sha256(file_bytes(path)).hexdigest()
            rows[name] = Row(name, {"library": name, "file": place.as_posix(), "sha256": digest})
    return rows


def lean_sources(root: Path) -> RowStep:
    """Step 0: files below `root` become texts with blanks for comments; the comments are kept beside."""
    return RowStep("sources", partial(_read_source, root), _CHUNK)


def lean_theorems() -> RowStep:
    """Step 1: the theorems and lemmas of each source that have a name and a proof."""
    return RowStep("theorems", _theorems, _CHUNK)


def lean_keep() -> RowStep:
    """Step 2: every theorem as it is, for steps that ask for haves; Lean's are not rewritten."""
    return RowStep("haves", _kept, _CHUNK)


class LeanEvaluate:
    """Step 4: each proof replayed step by step, with the names that stand in each step."""

    name = "evaluated"
    version = 1

    def __init__(self, lean: Lean, sources: Output, dictionary: Dictionary) -> None:
        """Read `sources`, which step 0 gave, and annotate with what `dictionary` says."""
        self.settings: BaseModel = live_settings(lean.identity, sources, dictionary.digest)
        self._worker = partial(_live, lean, sources, partial(_evaluated, dictionary))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


class LeanVerify:
    """Not a step of the dataset: replays what step 4 recorded, in a fresh Lean, and drops what differs."""

    name = "verified"
    version = 1

    def __init__(self, lean: Lean, sources: Output, keys: frozenset[str] | None = None) -> None:
        """Look at the rows of `keys`, None for all."""
        self.settings: BaseModel = live_settings(lean.identity, sources)
        self._keys = keys
        self._worker = partial(_live, lean, sources, _verified)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(row for row in rows if self._keys is None or row.key in self._keys)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


def _read_source(root: Path, row: Row) -> Handled:
    data = file_bytes(root / row.data["file"])
    if hashlib.sha256(data).hexdigest() != row.data["sha256"]:
        return Handled(row.key, dropped="the file changed while the step ran", detail=row.data["file"])
    try:
        source = Source(row.data["file"], data.decode("utf-8"))
        found = tuple(RemarkText(start=each.start, end=each.end, text=each.text) for each in comments(source))
        record = DatasetSource(
            library=row.data["library"],
            file=row.data["file"],
            sha256=row.data["sha256"],
            text=without_comments(source),
            remarks=found,
            licence=licence_in(source.text),
        )
    except UnicodeDecodeError:
        return Handled(row.key, dropped="the file is not UTF-8", detail=row.data["file"])
    except SourceError as error:
        return Handled(row.key, dropped="the file cannot be split into words", detail=str(error))
    return Handled(row.key, rows=(Row(row.key, plain(record)),))


def _theorems(row: Row) -> Handled:
    source = DatasetSource.model_validate(row.data)
    remarks = [Token(each.text, Kind.COMMENT, each.start) for each in source.remarks]
    document = read_document(Source(source.file, source.text))
    rows: dict[str, Row] = {}
    for found in extract(document):
        start = document.command_of(found.theorem).start
        record = _theorem(found, source, docstring_before(source.text, remarks, start))
        key = record.name if record.name not in rows else f"{record.name}@{record.start}"
        rows[key] = Row(key, plain(record))
    if not rows:
        return Handled(row.key, dropped="no theorem in it")
    return Handled(row.key, rows=tuple(rows.values()))


def _theorem(found: Extracted, source: DatasetSource, docstring: str) -> LibraryTheorem:
    theorem = found.theorem
    return LibraryTheorem(
        name=theorem.name,
        library=source.library,
        file=source.file,
        licence=source.licence,
        kind=found.kind,
        statement=found.statement,
        proof=found.proof,
        start=theorem.start,
        proof_start=theorem.body_start,
        end=found.end,
        line=found.line,
        character=found.character,
        body=tuple(step.text for step in found.steps),
        ending="",
        modules=found.namespaces,
        sections=found.sections,
        docstring=docstring,
    )


def _kept(row: Row) -> Handled:
    theorem = LibraryTheorem.model_validate(row.data)
    lines = theorem.body
    record = RewrittenTheorem(
        **dict(theorem), lines=lines, origins=tuple(range(len(lines))), haves=(), refused=""
    )
    return Handled(row.key, rows=(Row(row.key, plain(record)),))


@asynccontextmanager
async def _live(lean: Lean, sources: Output, replay: Replay) -> AsyncIterator[Work[Batch, Handled]]:
    """A worker that reads the source of each batch in a Lean of its own."""
    installation = await lean.open()

    async def work(batch: Batch) -> AsyncIterator[Handled]:
        rows = {int(row.data["start"]): row for row in batch.rows if row.key not in batch.done}
        if not rows:
            return
        document = _document(sources, batch.key)
        wanted = [each for each in extract(document) if each.theorem.start in rows]
        worker = Worker(installation, WorkerSettings())
        try:
            async for replayed in replay_proofs(worker, document, wanted):
                yield replay(rows[replayed.extracted.theorem.start], replayed)
        finally:
            await worker.aclose()

    yield work


def _document(sources: Output, library: str) -> Document:
    source = next(row for row in sources.rows() if row.key == library)
    return read_document(Source(str(source.data["file"]), str(source.data["text"])))


def _evaluated(dictionary: Dictionary, row: Row, replayed: ReplayedProof) -> Handled:
    measures = {"cpu_s": round(replayed.cpu_s, 4)}
    if replayed.failure or not replayed.steps:
        detail = replayed.failure or "the proof is a term"
        return Handled(row.key, dropped="the proof does not replay", detail=detail, measures=measures)
    record = EvaluatedTheorem(
        **dict(RewrittenTheorem.model_validate(row.data)),
        initial_goal=goal_text(replayed.steps[0].before, _TURNSTILE),
        statement_premises=_premises(replayed.used, dictionary),
        statement_notations=(),
        evaluation=tuple(
            EvaluatedStep(
                chain=step.text,
                kind="command",
                goals_before=_focused(step.before),
                goals_after=_focused(step.after),
                left=len(step.after.subgoals),
                premises=_premises(step.used, dictionary),
                notations=(),
            )
            for step in replayed.steps
        ),
    )
    return Handled(row.key, rows=(Row(row.key, plain(record)),), measures=measures)


def _verified(row: Row, replayed: ReplayedProof) -> Handled:
    recorded = EvaluatedTheorem.model_validate(row.data)
    detail = replayed.failure
    told = [(step.chain, step.goals_before, step.goals_after) for step in recorded.evaluation]
    seen = [(step.text, _focused(step.before), _focused(step.after)) for step in replayed.steps]
    if not detail and told != seen:
        first = next((at for at, pair in enumerate(zip(told, seen, strict=False)) if pair[0] != pair[1]), 0)
        detail = f"step {first + 1} leads to another goal"
    if detail:
        return Handled(row.key, dropped="the proof does not replay as recorded", detail=detail)
    return Handled(row.key, rows=(row,))


def _premises(used: Sequence[UsedName], dictionary: Dictionary) -> tuple[Premise, ...]:
    """With what is known of them beside; of what kind a name is, Lean's server does not say."""
    told = [(each, dictionary.entry(each.name)) for each in used]
    return tuple(
        Premise(name=each.name, kind=known.kind, type=each.type, info=known.docstring or each.docstring)
        for each, known in told
    )


def _focused(goal: Goal) -> tuple[str, ...]:
    return tuple(goal_text(Goal((subgoal,)), _TURNSTILE) for subgoal in goal.subgoals)

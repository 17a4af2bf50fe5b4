"""Steps 2 and 4: what only the live Rocq knows of proofs. Each source is read once, in one pass."""

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial

from pydantic import BaseModel

from holdfast.checkers.rocq.globbing import glob_of
from holdfast.checkers.rocq.haves import Refusal, Standing, cut, stand_alone
from holdfast.checkers.rocq.sentences import split
from holdfast.checkers.rocq.stepping import Reading, Replayed, Stepped, replay
from holdfast.checkers.rocq.toplevel import Toplevel
from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.seams import MakeWorker
from holdfast.models.goal_text import goal_text
from holdfast.pipelines.dataset.dictionary import Dictionary
from holdfast.pipelines.dataset.live import (
    Clock,
    LiveSource,
    Rocq,
    by_library,
    difference,
    focused,
    live_settings,
    live_worker,
)
from holdfast.pipelines.dataset.names import SourceNames
from holdfast.pipelines.dataset.records import (
    EvaluatedStep,
    EvaluatedTheorem,
    HaveProof,
    LibraryTheorem,
    RewrittenTheorem,
    plain,
)
from holdfast.pipelines.dataset.timing import SENTENCE_CPU_S
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = ["Evaluate", "RewriteHaves", "Verify"]


class RewriteHaves:
    """Step 2: haves made to stand alone, and checked."""

    name = "haves"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output) -> None:
        """Read `sources`, which step 0 gave."""
        self.settings: BaseModel = live_settings(rocq.identity, sources)
        self._worker = partial(live_worker, rocq, sources, _rewrite)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


class Evaluate:
    """Step 4: each proof replayed sentence by sentence, with what each sentence uses."""

    name = "evaluated"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output, dictionary: Dictionary) -> None:
        """Read `sources`, which step 0 gave, and annotate with what `dictionary` says."""
        self.settings: BaseModel = live_settings(rocq.identity, sources, dictionary.digest)
        self._worker = partial(live_worker, rocq, sources, partial(_evaluate, dictionary))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


class Verify:
    """Not a step of the dataset: replays what step 4 recorded, in a fresh Rocq, and drops what differs."""

    name = "verified"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output, keys: frozenset[str] | None = None) -> None:
        """Look at the rows of `keys`, None for all."""
        self.settings: BaseModel = live_settings(rocq.identity, sources)
        self._keys = keys
        self._worker = partial(live_worker, rocq, sources, _verify)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(row for row in rows if self._keys is None or row.key in self._keys)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return self._worker


async def _rewrite(reading: LiveSource) -> AsyncIterator[Handled]:
    """Rewrite what has haves; Rocq is started for those only."""
    wanted = {int(row.data["start"]): row for row in reading.rows}
    for row in reading.rows:
        if not _has_have(row):
            yield Handled(row.key, rows=(Row(row.key, plain(_rewritten(row, None, ""))),))
            del wanted[int(row.data["start"])]
    if not wanted:
        return
    async with reading.toplevel() as toplevel:
        text, clock = Reading(toplevel, reading.document), Clock(toplevel)
        for theorem in reading.document.theorems:
            found = wanted.get(reading.document.sentences[theorem.statement].start)
            if found is not None:
                await text.read_to((theorem.statement if theorem.proof is None else theorem.proof) + 1)
                yield await _stand(toplevel, found, clock)


async def _stand(toplevel: Toplevel, row: Row, clock: Clock) -> Handled:
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


async def _evaluate(dictionary: Dictionary, reading: LiveSource) -> AsyncIterator[Handled]:
    file = reading.rocq.root / reading.source.file
    options = reading.rocq.compiling(reading.source)
    glob = await glob_of(reading.installation, file, reading.source.text, reading.source.library, options)
    names = SourceNames(glob, reading.document, dictionary)
    rows = {int(row.data["start"]): row for row in reading.rows}
    wanted = [reading.theorems[start] for start in rows]
    written = {start: row.data["lines"] for start, row in rows.items()}
    async with reading.toplevel() as toplevel:
        clock = Clock(toplevel)
        async for replayed in replay(toplevel, reading.document, wanted, written):
            row = rows[replayed.theorem.start]
            measures = {"cpu_s": clock.lap(), "proof_cpu_s": round(replayed.cpu_s, 4)}
            if replayed.failure:
                dropped = "the proof does not replay"
                yield Handled(row.key, dropped=dropped, detail=replayed.failure, measures=measures)
                continue
            theorem = RewrittenTheorem.model_validate(row.data)
            rows_out = (Row(row.key, plain(_evaluated(theorem, replayed, names))),)
            series = {SENTENCE_CPU_S: [round(step.cpu_s, 6) for step in replayed.steps]}
            yield Handled(row.key, rows=rows_out, measures=measures, series=series)


async def _verify(reading: LiveSource) -> AsyncIterator[Handled]:
    rows = {int(row.data["start"]): row for row in reading.rows}
    written = {start: row.data["lines"] for start, row in rows.items()}
    async with reading.toplevel() as toplevel:
        async for replayed in replay(
            toplevel, reading.document, [reading.theorems[at] for at in rows], written
        ):
            row = rows[replayed.theorem.start]
            detail = replayed.failure or difference(EvaluatedTheorem.model_validate(row.data), replayed)
            if detail:
                yield Handled(row.key, dropped="the proof does not replay as recorded", detail=detail)
            else:
                yield Handled(row.key, rows=(Row(row.key, {"name": row.data["name"]}),))


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
        goals_before=focused(step.before),
        goals_after=focused(step.after),
        left=len(step.after.subgoals) + sum(map(len, step.after.background)),
        premises=names.premises(start, end, part),
        notations=names.notations(start, end),
    )

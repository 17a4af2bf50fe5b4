"""How stages stand on the step engine: what was done is looked up, what was begun goes on."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict

from holdfast.core.errors import UserError
from holdfast.core.seams import EventSink, MakeWorker, Work
from holdfast.library.adapter import Adapter, Proposer
from holdfast.library.records import Candidate, State
from holdfast.library.stages.pictures import as_url
from holdfast.library.stages.settings import StageSettings
from holdfast.pipelines.dataset.asking import Asker, side_by_side
from holdfast.pipelines.steps import Batch, Handled, Output, Row, look_up, run_step
from holdfast.runtime.executors.inline import InlineExecutor

__all__ = ["EachRow", "Handle", "Stages", "digest", "rows_of", "sole"]

Handle: TypeAlias = Callable[[Row], Awaitable[Handled]]


class _Known(BaseModel):
    """What decides the results of a step, beside its rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EachRow:
    """A step that handles each row on its own, all at once; the model's limits hold them back."""

    name: str
    known: Mapping[str, Any]
    """All that decides the results beside the rows: names, digests, numbers."""
    handle: Handle
    version: int = 1

    @property
    def settings(self) -> BaseModel:
        """Fills `Step.settings`."""
        return _Known(told=self.known)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`: one for all."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; it stays in this process, where the money is counted."""
        return partial(_worker, self.handle)


@asynccontextmanager
async def _worker(handle: Handle) -> AsyncIterator[Work[Batch, Handled]]:
    async def work(batch: Batch) -> AsyncIterator[Handled]:
        left = [row for row in batch.rows if row.key not in batch.done]
        async for handled in side_by_side(left, handle):
            yield handled

    yield work


@dataclass(kw_only=True)
class Stages:
    """What all stages of one experiment share."""

    folder: Path
    """The experiment's; the tree that people read and the steps that the engine keeps lie in it."""
    adapter: Adapter
    proposers: Sequence[Proposer]
    """Those that need no model, the first to be asked first."""
    asker: Asker | None
    """None without a model."""
    settings: StageSettings
    sink: EventSink
    blank: State
    """Where examples begin."""
    reference: Sequence[Candidate] = ()
    """Functions that people wrote, to measure the library against."""
    first: int = 0
    """The stages before it have to be finished already."""
    outputs: dict[str, Output] = field(default_factory=dict)
    """What steps gave in this start, by stage and name."""

    def pictures(self, states: Iterable[State]) -> tuple[str, ...]:
        """Some states as models take pictures; none where they are not to see any, or the domain has none."""
        if not self.settings.vision:
            return ()
        images = (self.adapter.picture(state) for state in states)
        return tuple(as_url(image) for image in images if image)

    async def step(
        self, stage: int, step: EachRow, rows: Iterable[Row], *, sink: EventSink | None = None
    ) -> Output:
        """Run a step of a stage to its end, or look up what it gave.

        `sink` is told how it goes in the place of that of the experiment.

        Raises UserError where its stage lies before those that are asked for and it is not finished; else
        as `run_step`.
        """
        source = {row.key: row for row in rows}
        told = {"domain": self.adapter.name, "cpu_s": self.settings.cpu_s, **step.known}
        if self.settings.vision:
            told["vision"] = True
        step = replace(step, known=told)
        home = self.folder / "work"
        if stage >= self.first:
            output = await run_step(home, stage, step, source, InlineExecutor(), sink or self.sink)
        else:
            found = look_up(home, stage, step, source)
            if found is None:
                raise UserError(
                    f"stage {stage} is not finished for these settings: begin with --stage {stage}, or all"
                )
            output = found
        self.outputs[f"{stage}-{step.name}"] = output
        return output


def digest(told: object) -> str:
    """Of plain data, in hex."""
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def rows_of(output: Output) -> tuple[Row, ...]:
    """All rows that came out."""
    return tuple(output.rows())


def sole(output: Output) -> Mapping[str, Any]:
    """The data of the one row that came out."""
    (row,) = output.rows()
    return row.data

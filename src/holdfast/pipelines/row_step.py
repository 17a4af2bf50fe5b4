"""A step that makes of each row what it is by itself: the simplest kind, for work that only computes."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.steps import Batch, Handled, Row

__all__ = ["HandleRow", "RowStep"]

HandleRow: TypeAlias = Callable[[Row], Handled]
"""What becomes of a row; it travels to workers by pickle."""


class _Nothing(BaseModel):
    """A step without settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class RowStep:
    """Handles each row on its own, some at a time; nothing but the rows decides the results."""

    name: str
    handle: HandleRow
    size: int
    """Rows of a batch."""
    version: int = 1

    @property
    def settings(self) -> BaseModel:
        """Fills `Step.settings`: there are none."""
        return _Nothing()

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`: runs of `size` rows."""
        listed = list(rows)
        for at in range(0, len(listed), self.size):
            yield Batch(f"{at:06}", tuple(listed[at : at + self.size]))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`."""
        return partial(_each, self.handle)


@asynccontextmanager
async def _each(handle: HandleRow) -> AsyncIterator[Work[Batch, Handled]]:
    async def work(batch: Batch) -> AsyncIterator[Handled]:
        for row in batch.rows:
            if row.key not in batch.done:
                yield handle(row)

    yield work

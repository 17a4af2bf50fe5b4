"""Step 9: chains whose searches lead to what the proof uses, with the results put behind each search."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.dataset.corpus import Corpus, OpenCorpus
from holdfast.pipelines.dataset.drawing import bars
from holdfast.pipelines.dataset.records import Block, ChainTheorem, plain
from holdfast.pipelines.steps import Batch, Handled, Row

__all__ = ["Keep", "KeepSettings", "histogram", "missed"]


class KeepSettings(BaseModel):
    """How far down a list of results counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    premises: str
    """The digest of what step 6 gave, whose words results are shown in."""
    top_k: int = Field(ge=1)


class Keep:
    """Step 9. A chain is kept where every target is found by one of its searches at least."""

    name = "kept"
    version = 1

    def __init__(self, corpus: OpenCorpus, settings: KeepSettings) -> None:
        """Show results in the words of `corpus`."""
        self.settings: BaseModel = settings
        self._worker = partial(_worker, corpus, settings.top_k)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the index is."""
        return self._worker


@asynccontextmanager
async def _worker(open_corpus: OpenCorpus, top_k: int) -> AsyncIterator[Work[Batch, Handled]]:
    corpus = await open_corpus()

    async def work(batch: Batch) -> AsyncIterator[Handled]:
        for row in batch.rows:
            if row.key not in batch.done:
                yield _keep(corpus, top_k, row)

    yield work


def _keep(corpus: Corpus, top_k: int, row: Row) -> Handled:
    theorem = ChainTheorem.model_validate(row.data)
    lost = missed(theorem, top_k)
    if lost:
        return Handled(row.key, dropped="no query finds what the proof uses", detail=", ".join(lost))
    blocks: list[Block] = []
    for block in theorem.blocks:
        if block.kind != "search":
            blocks.append(block)
            continue
        shown = block.found[:top_k]
        blocks.append(block.model_copy(update={"found": shown}))
        blocks.append(Block(kind="result", text=_results(corpus, shown)))
    kept = theorem.model_copy(update={"blocks": tuple(blocks)})
    return Handled(row.key, rows=(Row(row.key, plain(kept)),))


def missed(theorem: ChainTheorem, top_k: int) -> list[str]:
    """The targets that no search of a chain finds among its first results."""
    searches = [block for block in theorem.blocks if block.kind == "search" and block.target]
    found = {block.target for block in searches if block.target in block.found[:top_k]}
    return sorted({block.target for block in searches} - found)


def _results(corpus: Corpus, names: Iterable[str]) -> str:
    lines = []
    for number, name in enumerate(names, 1):
        entry = corpus.entry(name)
        told = [] if entry is None else [text for text in (entry.type, entry.info) if text]
        lines.append("\n   ".join([f"{number}. {name}", *told]))
    return "\n".join(lines) or "Nothing was found."


def histogram(chains: Sequence[ChainTheorem]) -> str:
    """How many searches and scripts chains have, as an SVG."""
    counted = [sum(block.kind in {"search", "script"} for block in each.blocks) for each in chains]
    return bars(counted, "searches and scripts of a chain")

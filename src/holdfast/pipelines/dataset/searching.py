"""Steps 7 and 8: what the searches of chains find, and other queries for those that fail."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.dataset.asking import Asker, Unusable, names_in, record_in, side_by_side
from holdfast.pipelines.dataset.corpus import Corpus, Entry, OpenCorpus
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.records import Block, ChainTheorem, plain
from holdfast.pipelines.steps import Batch, Handled, Row

__all__ = ["BestQueries", "CorpusSettings", "Requery", "requery_values"]

_SHOWN = 5
"""Results of a failed search that a model is shown."""


class CorpusSettings(BaseModel):
    """What decides what searches find."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    theorems: str
    """The digest of what step 1 gave."""
    premises: str
    """The digest of what step 6 gave."""
    finder: str
    """How documents are ranked: `words`, or the model that embeds."""
    top_k: int = Field(ge=1)
    model: str = ""
    prompt: str = ""


class Requery:
    """Step 7: other queries for each search that does not find its target, if it has one. Drops no row."""

    name = "queries"
    version = 1

    def __init__(self, corpus: OpenCorpus, settings: CorpusSettings, asker: Asker, prompt: Prompt) -> None:
        """Search `corpus`, ask `asker`."""
        self.settings: BaseModel = settings
        handle = partial(_requery, settings.top_k, asker, prompt)
        self._worker = partial(_worker, corpus, handle)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the money is counted."""
        return self._worker


class BestQueries:
    """Step 8: the best way to say each query, and what it finds. Drops no row."""

    name = "searches"
    version = 1

    def __init__(self, corpus: OpenCorpus, settings: CorpusSettings) -> None:
        """Search `corpus`."""
        self.settings: BaseModel = settings
        self._worker = partial(_worker, corpus, partial(_search, settings.top_k))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the index is."""
        return self._worker


@asynccontextmanager
async def _worker(
    open_corpus: OpenCorpus, handle: Callable[[Corpus, Row], Awaitable[Handled]]
) -> AsyncIterator[Work[Batch, Handled]]:
    corpus = await open_corpus()

    async def work(batch: Batch) -> AsyncIterator[Handled]:
        left = [row for row in batch.rows if row.key not in batch.done]
        async for handled in side_by_side(left, partial(handle, corpus)):
            yield handled

    yield work


async def _requery(top_k: int, asker: Asker, prompt: Prompt, corpus: Corpus, row: Row) -> Handled:
    theorem = ChainTheorem.model_validate(row.data)
    measures: Counter[str] = Counter()
    blocks: list[Block] = []
    for block in theorem.blocks:
        target = corpus.entry(block.target) if block.target else None
        blocks.append(block)
        if target is None:
            continue
        found = await corpus.search(block.text, theorem, top_k)
        if block.target in found:
            continue
        values = requery_values(block.text, [corpus.entry(name) for name in found[:_SHOWN]], target)
        asked = await asker.ask("queries", prompt, values, partial(_read, target))
        measures.update(asked.measures)
        if asked.value is not None:
            blocks.append(Block(kind="think", text=asked.value.thought))
            first, *others = asked.value.queries
            blocks.append(Block(kind="search", text=first, target=block.target, queries=tuple(others)))
    prompts = (*theorem.prompts, prompt.name)
    changed = theorem.model_copy(update={"blocks": tuple(blocks), "prompts": prompts})
    return Handled(row.key, rows=(Row(row.key, plain(changed)),), measures=dict(measures))


def requery_values(query: str, found: Sequence[Entry | None], target: Entry) -> dict[str, str]:
    """What stands in the places of the prompt."""
    shown = [f"- {each.info or each.type}" for each in found if each is not None]
    return {"query": query, "results": "\n".join(shown) or "Nothing.", "target": target.info or target.type}


class _Queries(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    thought: str = Field(min_length=1)
    queries: tuple[str, ...] = Field(min_length=1, max_length=20)


def _read(target: Entry, answer: str) -> _Queries:
    found = record_in(answer, _Queries)
    last = target.name.rpartition(".")[2]
    if any(last in names_in(query) for query in (found.thought, *found.queries)):
        raise Unusable(f"it names {last}, which who searches does not know")
    return found


async def _search(top_k: int, corpus: Corpus, row: Row) -> Handled:
    theorem = ChainTheorem.model_validate(row.data)
    blocks = [
        await _best(corpus, top_k, theorem, block) if block.kind == "search" else block
        for block in theorem.blocks
    ]
    changed = theorem.model_copy(update={"blocks": tuple(blocks)})
    hits = _hits(blocks)
    return Handled(row.key, rows=(Row(row.key, plain(changed)),), measures=hits)


async def _best(corpus: Corpus, top_k: int, theorem: ChainTheorem, block: Block) -> Block:
    """The query under which the target comes first; the first query where none finds it."""
    results: dict[str, tuple[str, ...]] = {}
    for query in (block.text, *block.queries):
        results[query] = await corpus.search(query, theorem, top_k)
    best = min(results, key=lambda query: _rank(results[query], block.target))
    return Block(kind="search", text=best, target=block.target, found=results[best])


def _rank(found: Sequence[str], target: str) -> int:
    return found.index(target) if target in found else len(found) + 1_000_000


def _hits(blocks: Iterable[Block]) -> Mapping[str, float]:
    searches = [block for block in blocks if block.kind == "search" and block.target]
    return {"searches": len(searches), "found": sum(each.target in each.found for each in searches)}

"""Step 5: a chain of thought for each proof. A model tells it; what it does to goals is what Rocq says.

A `have` that stands alone is proved in a chain of its own; in the chain of its theorem it is one block.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, ConfigDict

from holdfast.checkers.rocq.stepping import replay
from holdfast.core.errors import ModelError, SourceError
from holdfast.core.seams import MakeWorker
from holdfast.pipelines.dataset.asking import Asked, Asker, side_by_side
from holdfast.pipelines.dataset.chain_reading import chain_values, outcome, read_chain, sentences
from holdfast.pipelines.dataset.haves import HAVE, folded, parts
from holdfast.pipelines.dataset.live import (
    Clock,
    LiveSettings,
    LiveSource,
    Rocq,
    by_library,
    difference,
    live_settings,
    live_worker,
)
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.records import Block, ChainTheorem, EvaluatedStep, EvaluatedTheorem, plain
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = ["WriteChains", "fault"]

_PART = "have"
"""Where the row of a `have` has its number; all else is that of its theorem."""


class _ChainSettings(BaseModel):
    """What decides what chains there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    live: LiveSettings
    model: str
    prompt: str


class WriteChains:
    """Step 5: asks for chains and keeps those whose scripts are the proof and replay to what was recorded."""

    name = "chains"
    version = 2

    def __init__(self, rocq: Rocq, sources: Output, asker: Asker, prompt: Prompt) -> None:
        """Read `sources`, which step 0 gave, and ask `asker`."""
        live = live_settings(rocq.identity, sources)
        self.settings: BaseModel = _ChainSettings(live=live, model=asker.identity, prompt=prompt.digest)
        self._worker = partial(live_worker, rocq, sources, partial(_write, asker, prompt))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(each for row in rows for each in _with_haves(row))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the money is counted."""
        return self._worker


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row that goes in, and what the model said of it."""

    key: str
    whole: EvaluatedTheorem
    """The theorem that Rocq replays."""
    proof: EvaluatedTheorem
    """What the chain is about: the theorem, or a `have` of it."""
    answer: Asked[tuple[Block, ...]]


def _with_haves(row: Row) -> Iterator[Row]:
    """A theorem, and each `have` of it as a row of its own."""
    yield row
    for number, _ in enumerate(row.data["haves"]):
        yield Row(f"{row.key}_have_{number}", {**row.data, _PART: number})


async def _write(asker: Asker, prompt: Prompt, reading: LiveSource) -> AsyncIterator[Handled]:
    """Ask for all rows at once, then replay what came in one pass, also where the model stopped half-way."""
    chains: dict[int, list[tuple[_Asked, ChainTheorem]]] = {}
    stopped: ModelError | None = None
    try:
        async for asked in side_by_side(reading.rows, partial(_ask, asker, prompt)):
            answer, proof = asked.answer, asked.proof
            if answer.value is None:
                dropped = "the model's chain cannot be used"
                yield Handled(asked.key, dropped=dropped, detail=answer.problem, measures=answer.measures)
                continue
            chain = ChainTheorem(
                **dict(proof),
                blocks=answer.value,
                model=asker.name,
                prompts=(prompt.name,),
                within="" if proof is asked.whole else asked.whole.name,
            )
            chains.setdefault(proof.start, []).append((asked, chain))
    except ModelError as error:
        stopped = error
    if chains:
        async for handled in _replayed(reading, chains):
            yield handled
    if stopped is not None:
        raise stopped


async def _ask(asker: Asker, prompt: Prompt, row: Row) -> _Asked:
    whole = EvaluatedTheorem.model_validate({key: row.data[key] for key in row.data if key != _PART})
    proof = whole if _PART not in row.data else list(parts(whole))[row.data[_PART]]
    answer = await asker.ask("chains", prompt, chain_values(proof), partial(read_chain, proof))
    return _Asked(row.key, whole, proof, answer)


async def _replayed(
    reading: LiveSource, chains: Mapping[int, Sequence[tuple[_Asked, ChainTheorem]]]
) -> AsyncIterator[Handled]:
    """Replay each theorem once; its chain and those of its haves have to be what it does."""
    wanted = [reading.theorems[start] for start in chains]
    written = {start: listed[0][0].whole.lines for start, listed in chains.items()}
    async with reading.toplevel() as toplevel:
        clock = Clock(toplevel)
        async for replayed in replay(toplevel, reading.document, wanted, written):
            for asked, chain in chains[replayed.theorem.start]:
                measures = {**asked.answer.measures, "cpu_s": clock.lap()}
                detail = replayed.failure or difference(asked.whole, replayed) or fault(chain)
                if detail:
                    dropped = "the chain's scripts do not replay as recorded"
                    yield Handled(asked.key, dropped=dropped, detail=detail, measures=measures)
                else:
                    yield Handled(asked.key, rows=(Row(asked.key, plain(chain)),), measures=measures)


def fault(chain: ChainTheorem) -> str:
    """Where the scripts and results of a chain are not what was recorded of the proof; empty for nowhere."""
    left = list(folded(chain))
    done: EvaluatedStep | None = None
    for block in chain.blocks:
        if done is not None:
            if block.kind != "result" or block.text != outcome(done):
                return f"what follows `{done.chain}` is not what it does"
            done = None
        elif block.kind in {"script", "have"}:
            for sentence in _told(block):
                if not left or left[0].chain != sentence or (left[0].kind == HAVE) != (block.kind == HAVE):
                    return f"a {block.kind} has `{sentence}` where the proof goes on in another way"
                done = left.pop(0)
    if done is not None or left:
        return "the chain ends before the proof"
    return ""


def _told(block: Block) -> list[str]:
    """The sentences of a block; what does not split is none of the proof."""
    try:
        return sentences(block.text)
    except SourceError:
        return [block.text]

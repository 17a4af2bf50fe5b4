"""Step 5: a chain of thought for each proof. A model tells it; what it does to goals is what Rocq says."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from holdfast.checkers.rocq.sentences import split
from holdfast.checkers.rocq.stepping import replay
from holdfast.core.documents import Source
from holdfast.core.errors import ModelError, SourceError
from holdfast.core.seams import MakeWorker
from holdfast.pipelines.dataset.asking import Asked, Asker, Unusable, names_in, record_in, side_by_side
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
from holdfast.pipelines.dataset.records import (
    Block,
    ChainTheorem,
    EvaluatedStep,
    EvaluatedTheorem,
    Premise,
    plain,
)
from holdfast.pipelines.steps import Batch, Handled, Output, Row

__all__ = ["WriteChains", "chain_values", "fault", "needed", "read_chain"]


class _ChainSettings(BaseModel):
    """What decides what chains there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    live: LiveSettings
    model: str
    prompt: str


class WriteChains:
    """Step 5: asks for chains and keeps those whose scripts are the proof and replay to what was recorded."""

    name = "chains"
    version = 1

    def __init__(self, rocq: Rocq, sources: Output, asker: Asker, prompt: Prompt) -> None:
        """Read `sources`, which step 0 gave, and ask `asker`."""
        live = live_settings(rocq, sources)
        self.settings: BaseModel = _ChainSettings(live=live, model=asker.identity, prompt=prompt.digest)
        self._worker = partial(live_worker, rocq, sources, partial(_write, asker, prompt))

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`."""
        return by_library(rows)

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the money is counted."""
        return self._worker


async def _write(asker: Asker, prompt: Prompt, reading: LiveSource) -> AsyncIterator[Handled]:
    """Ask for all rows at once, then replay what came in one pass, also where the model stopped half-way."""
    chains: dict[int, tuple[Row, ChainTheorem, Asked[tuple[Block, ...]]]] = {}
    stopped: ModelError | None = None
    asked = side_by_side(reading.rows, partial(_ask, asker, prompt))
    try:
        async for row, theorem, answer in asked:
            if answer.value is None:
                dropped = "the model's chain cannot be used"
                yield Handled(row.key, dropped=dropped, detail=answer.problem, measures=answer.measures)
                continue
            chain = ChainTheorem(
                **dict(theorem), blocks=answer.value, model=asker.name, prompts=(prompt.name,)
            )
            chains[theorem.start] = (row, chain, answer)
    except ModelError as error:
        stopped = error
    if chains:
        async for handled in _replayed(reading, chains):
            yield handled
    if stopped is not None:
        raise stopped


async def _ask(
    asker: Asker, prompt: Prompt, row: Row
) -> tuple[Row, EvaluatedTheorem, Asked[tuple[Block, ...]]]:
    theorem = EvaluatedTheorem.model_validate(row.data)
    read = partial(read_chain, theorem)
    return row, theorem, await asker.ask("chains", prompt, chain_values(theorem), read)


async def _replayed(
    reading: LiveSource, chains: dict[int, tuple[Row, ChainTheorem, Asked[tuple[Block, ...]]]]
) -> AsyncIterator[Handled]:
    wanted = [reading.theorems[start] for start in chains]
    written = {start: _script(chain.blocks) for start, (_, chain, _) in chains.items()}
    async with reading.toplevel() as toplevel:
        clock = Clock(toplevel)
        async for replayed in replay(toplevel, reading.document, wanted, written):
            row, chain, answer = chains[replayed.theorem.start]
            measures = {**answer.measures, "cpu_s": clock.lap()}
            recorded = EvaluatedTheorem.model_validate(row.data)
            detail = replayed.failure or difference(recorded, replayed)
            if detail:
                dropped = "the chain's scripts do not replay as recorded"
                yield Handled(row.key, dropped=dropped, detail=detail, measures=measures)
            else:
                yield Handled(row.key, rows=(Row(row.key, plain(chain)),), measures=measures)


def fault(chain: ChainTheorem) -> str:
    """Where the scripts and results of a chain are not what was recorded of the proof; empty for nowhere."""
    left = list(chain.evaluation)
    done: EvaluatedStep | None = None
    for block in chain.blocks:
        if done is not None:
            if block.kind != "result" or block.text != outcome(done):
                return f"what follows `{done.chain}` is not what it does"
            done = None
        elif block.kind == "script":
            for sentence in _script([block]):
                if not left or left[0].chain != sentence:
                    return f"a script has `{sentence}` where the proof goes on in another way"
                done = left.pop(0)
    if done is not None or left:
        return "the chain ends before the proof"
    return ""


def chain_values(theorem: EvaluatedTheorem) -> dict[str, str]:
    """What stands in the places of the prompt."""
    known = {premise.name: premise for step in theorem.evaluation for premise in step.premises}
    must = set(needed(theorem))
    lines = [
        f"{number}. {step.chain}\n   uses: {', '.join(each.name for each in step.premises) or 'nothing'}\n"
        f"   then: {_indented(outcome(step))}"
        for number, step in enumerate(theorem.evaluation, 1)
    ]
    premises = [
        f"- {'* ' if name in must else ''}{name}" + (f"\n  {_told(premise)}" if _told(premise) else "")
        for name, premise in known.items()
    ]
    return {
        "statement": theorem.statement,
        "goal": theorem.initial_goal,
        "proof": "\n".join(lines),
        "premises": "\n".join(premises) or "None.",
    }


def needed(theorem: EvaluatedTheorem) -> Iterator[str]:
    """The theorems that a proof uses and of which is known what they say, each once, in order."""
    return iter(dict.fromkeys(each.name for each in _theorems(theorem) if each.type or each.info))


def _theorems(theorem: EvaluatedTheorem) -> Iterator[Premise]:
    return (each for step in theorem.evaluation for each in step.premises if each.kind == "thm")


def outcome(step: EvaluatedStep) -> str:
    """What a sentence left, in words and goals."""
    if step.goals_after:
        return "\n\n".join(step.goals_after)
    return f"No goal in focus, {step.left} elsewhere." if step.left else "No goals are left."


def _indented(text: str) -> str:
    return text.replace("\n", "\n   ")


def _told(premise: Premise) -> str:
    return " ".join(filter(None, (premise.type, f"({premise.info})" if premise.info else "")))


class _Think(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    kind: Literal["think"]
    text: str = Field(min_length=1)


class _Search(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    kind: Literal["search"]
    text: str = Field(min_length=1)
    target: str


class _Script(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    kind: Literal["script"]
    text: str = Field(min_length=1)


class _Chain(BaseModel):
    model_config = ConfigDict(extra="ignore")

    blocks: tuple[Annotated[_Think | _Search | _Script, Field(discriminator="kind")], ...] = Field(
        min_length=2
    )


def read_chain(theorem: EvaluatedTheorem, answer: str) -> tuple[Block, ...]:
    """The blocks that an answer tells, with the lines of the proof as they are written and what they do.

    Raises Unusable or ValidationError where a rule of the prompt is broken.
    """
    told = record_in(answer, _Chain).blocks
    premises = {each.name for step in theorem.evaluation for each in step.premises}
    must, searched = set(needed(theorem)), set[str]()
    secret = {each.name for each in _theorems(theorem)}
    blocks: list[Block] = []
    at, thought = 0, False
    for each in told:
        match each:
            case _Think():
                thought = True
                blocks.append(Block(kind="think", text=each.text))
            case _Search():
                _check_search(each, premises, secret)
                searched.add(each.target)
                blocks.append(Block(kind="search", text=each.text, target=each.target))
            case _Script():
                if not thought:
                    raise Unusable("a script block stands before any think block")
                steps = _lines(theorem, at, each.text)
                used = {name.name for step in steps for name in step.premises} & must
                if used - searched:
                    raise Unusable(f"{min(used - searched)} is used before it is searched for")
                at += len(steps)
                blocks.append(Block(kind="script", text="\n".join(step.chain for step in steps)))
                blocks.append(Block(kind="result", text=outcome(steps[-1])))
    if at < len(theorem.evaluation):
        raise Unusable(f"the scripts end before the sentence `{theorem.evaluation[at].chain}`")
    return tuple(blocks)


def _check_search(search: _Search, premises: set[str], secret: set[str]) -> None:
    if search.target not in premises:
        raise Unusable(f"the target {search.target} is not the full name of a premise that is listed")
    words = names_in(search.text)
    named = [name for name in sorted({*secret, search.target}) if name.rpartition(".")[2] in words]
    if named:
        raise Unusable(f"the query for {search.target} names {named[0]}")


def _lines(theorem: EvaluatedTheorem, at: int, text: str) -> Sequence[EvaluatedStep]:
    """The sentences of the proof that a script block holds, from sentence `at` on."""
    try:
        sentences = [text[each.start : each.end] for each in split(Source("", text))]
    except SourceError as error:
        raise Unusable(f"a script block does not split into sentences: {error}") from error
    steps = theorem.evaluation[at : at + len(sentences)]
    for number, sentence in enumerate(sentences):
        if number >= len(steps):
            raise Unusable(f"the sentence `{sentence}` is not of the proof, which has ended")
        if sentence.split() != steps[number].chain.split():
            raise Unusable(f"a script has `{sentence}` where the proof has `{steps[number].chain}`")
    return steps


def _script(blocks: Sequence[Block]) -> list[str]:
    """The sentences of all scripts of a chain, one after the other."""
    texts = [block.text for block in blocks if block.kind == "script"]
    return [text[each.start : each.end] for text in texts for each in split(Source("", text))]

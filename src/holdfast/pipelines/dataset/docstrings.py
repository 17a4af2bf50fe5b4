"""Step 6: words for premises that nobody has described, so that searches can find them."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.seams import MakeWorker, Work
from holdfast.pipelines.dataset.asking import Asker, record_in, side_by_side
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.records import ChainTheorem, EvaluatedStep, EvaluatedTheorem, Premise, plain
from holdfast.pipelines.steps import Batch, Handled, Row

__all__ = ["AskedSettings", "Describe", "docstring_values", "undescribed"]


class AskedSettings(BaseModel):
    """What decides the answers of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    prompt: str


class Describe:
    """Step 6: asks once for each premise that has a declaration and no docstring. No row is dropped."""

    name = "docstrings"
    version = 1

    def __init__(self, asker: Asker, prompt: Prompt) -> None:
        """Ask `asker`."""
        self.settings: BaseModel = AskedSettings(model=asker.identity, prompt=prompt.digest)
        self._worker = partial(_worker, asker, prompt)

    def batches(self, rows: Iterator[Row]) -> Iterable[Batch]:
        """Fills `Step.batches`: one for all: a premise is asked for with the first row."""
        yield Batch("all", tuple(rows))

    def worker(self) -> MakeWorker[Batch, Handled]:
        """Fills `Step.worker`; such workers stay in this process, where the money is counted."""
        return self._worker


@asynccontextmanager
async def _worker(asker: Asker, prompt: Prompt) -> AsyncIterator[Work[Batch, Handled]]:
    async def work(batch: Batch) -> AsyncIterator[Handled]:
        theorems = [(row, ChainTheorem.model_validate(row.data)) for row in batch.rows]
        owners: dict[str, str] = {}
        for row, theorem in theorems:
            for premise in undescribed(theorem):
                owners.setdefault(premise.name, row.key)
        left = [(row, theorem) for row, theorem in theorems if row.key not in batch.done]
        async for handled in side_by_side(left, partial(_describe, asker, prompt, owners)):
            yield handled

    yield work


async def _describe(
    asker: Asker, prompt: Prompt, owners: Mapping[str, str], pair: tuple[Row, ChainTheorem]
) -> Handled:
    """Ask for what one theorem lacks; what it costs is counted where the premise comes first."""
    row, theorem = pair
    words: dict[str, str] = {}
    measures: dict[str, float] = {}
    for premise in undescribed(theorem):
        asked = await asker.ask("docstrings", prompt, docstring_values(premise), _read)
        if owners[premise.name] == row.key:
            measures = {
                name: measures.get(name, 0) + asked.measures.get(name, 0)
                for name in measures.keys() | asked.measures.keys()
            }
        if asked.value is not None:
            words[premise.name] = asked.value
    described = theorem.model_copy(
        update={
            "evaluation": tuple(_with_words(step, words) for step in theorem.evaluation),
            "statement_premises": _filled(theorem.statement_premises, words),
            "described": tuple(words),
            "prompts": (*theorem.prompts, prompt.name),
        }
    )
    return Handled(row.key, rows=(Row(row.key, plain(described)),), measures=measures)


def undescribed(theorem: EvaluatedTheorem) -> Iterator[Premise]:
    """The premises of a proof that have a declaration and no docstring, each once."""
    found = {
        each.name: each
        for step in theorem.evaluation
        for each in step.premises
        if each.type and not each.info
    }
    return iter(found.values())


def docstring_values(premise: Premise) -> dict[str, str]:
    """What stands in the places of the prompt."""
    return {"kind": premise.kind, "declaration": premise.type}


class _Docstring(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    docstring: str = Field(min_length=1, max_length=1000)


def _read(answer: str) -> str:
    return " ".join(record_in(answer, _Docstring).docstring.split())


def _with_words(step: EvaluatedStep, words: Mapping[str, str]) -> EvaluatedStep:
    return step.model_copy(update={"premises": _filled(step.premises, words)})


def _filled(premises: Iterable[Premise], words: Mapping[str, str]) -> tuple[Premise, ...]:
    return tuple(
        each.model_copy(update={"info": words[each.name]}) if not each.info and each.name in words else each
        for each in premises
    )

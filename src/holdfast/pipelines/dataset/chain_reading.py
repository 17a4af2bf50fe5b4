"""What a model is told of a proof that it is to retell, and the chain of thought that its answer holds."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from holdfast.checkers.rocq.sentences import split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.pipelines.dataset.asking import Unusable, names_in, record_in
from holdfast.pipelines.dataset.haves import HAVE, folded
from holdfast.pipelines.dataset.records import Block, EvaluatedStep, EvaluatedTheorem, Premise

__all__ = ["chain_values", "needed", "outcome", "read_chain", "sentences"]


def chain_values(theorem: EvaluatedTheorem) -> dict[str, str]:
    """What stands in the places of the prompt."""
    steps = folded(theorem)
    known = {premise.name: premise for step in steps for premise in step.premises}
    must = set(needed(theorem))
    lines = [
        f"{number}. {'[have] ' if step.kind == HAVE else ''}{step.chain}\n"
        f"   uses: {', '.join(each.name for each in step.premises) or 'nothing'}\n"
        f"   then: {_indented(outcome(step))}"
        for number, step in enumerate(steps, 1)
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
    """The theorems that a proof uses and of which is known what they say, each once, in order.

    What only the proof of a `have` uses belongs to that one.
    """
    found = _theorems(folded(theorem))
    return iter(dict.fromkeys(each.name for each in found if each.type or each.info))


def outcome(step: EvaluatedStep) -> str:
    """What a sentence left, in words and goals."""
    if step.goals_after:
        return "\n\n".join(step.goals_after)
    return f"No goal in focus, {step.left} elsewhere." if step.left else "No goals are left."


def sentences(text: str) -> list[str]:
    """The sentences of a script. Raises SourceError where it does not split."""
    return [text[each.start : each.end] for each in split(Source("", text))]


def _theorems(steps: Sequence[EvaluatedStep]) -> Iterator[Premise]:
    return (each for step in steps for each in step.premises if each.kind == "thm")


def _indented(text: str) -> str:
    return text.replace("\n", "\n   ")


def _told(premise: Premise) -> str:
    return " ".join(filter(None, (premise.type, f"({premise.info})" if premise.info else "")))


class _Piece(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    text: str = Field(min_length=1)


class _Think(_Piece):
    kind: Literal["think"]


class _Search(_Piece):
    kind: Literal["search"]
    target: str = ""
    """Empty in front of a `have`, for what no search finds."""


class _Script(_Piece):
    kind: Literal["script"]


class _Have(_Piece):
    kind: Literal["have"]


class _Chain(BaseModel):
    model_config = ConfigDict(extra="ignore")

    blocks: tuple[Annotated[_Think | _Search | _Script | _Have, Field(discriminator="kind")], ...] = Field(
        min_length=2
    )


def read_chain(theorem: EvaluatedTheorem, answer: str) -> tuple[Block, ...]:
    """The blocks that an answer tells, with the lines of the proof as they are written and what they do.

    Raises Unusable or ValidationError where a rule of the prompt is broken.
    """
    reading = _Reading(theorem)
    for each in record_in(answer, _Chain).blocks:
        match each:
            case _Think():
                reading.think(each.text)
            case _Search():
                reading.search(each)
            case _Script():
                reading.script(each.text)
            case _Have():
                reading.have(each.text)
    return reading.finish()


class _Reading:
    """A chain as far as it was read."""

    def __init__(self, theorem: EvaluatedTheorem) -> None:
        self._left = list(folded(theorem))
        self._targets = {each.name for step in self._left for each in step.premises}
        self._must = set(needed(theorem))
        # What the proofs of haves use is no more to be named than the rest.
        self._secret = {each.name for each in _theorems(theorem.evaluation)}
        self._searched = set[str]()
        self._sought = False
        """Whether there was a search for what the next step states."""
        self._blocks: list[Block] = []

    def think(self, text: str) -> None:
        self._blocks.append(Block(kind="think", text=text))

    def search(self, search: _Search) -> None:
        words = names_in(search.text)
        named = [name for name in sorted({*self._secret, search.target}) if name.rpartition(".")[2] in words]
        if named:
            raise Unusable(f"the query for {search.target or 'what a have states'} names {named[0]}")
        if search.target:
            if search.target not in self._targets:
                raise Unusable(f"the target {search.target} is not the full name of a premise that is listed")
            self._searched.add(search.target)
        elif self._left and self._left[0].kind == HAVE:
            self._sought = True
        else:
            raise Unusable("a search without a target stands where the proof does not go on with a have")
        self._blocks.append(Block(kind="search", text=search.text, target=search.target))

    def script(self, text: str) -> None:
        try:
            told = sentences(text)
        except SourceError as error:
            raise Unusable(f"a script block does not split into sentences: {error}") from error
        steps = [self._next(sentence, "script") for sentence in told]
        if not steps:
            raise Unusable("a script block holds no sentence")
        self._put("script", steps)

    def have(self, text: str) -> None:
        step = self._next(text, "have")
        if not self._sought:
            raise Unusable(f"no search without a target stands before `{step.chain}`")
        self._put("have", [step])

    def _next(self, sentence: str, kind: Literal["script", "have"]) -> EvaluatedStep:
        if not self._left:
            raise Unusable(f"the sentence `{sentence}` is not of the proof, which has ended")
        step = self._left.pop(0)
        if sentence.split() != step.chain.split():
            raise Unusable(f"a {kind} has `{sentence}` where the proof has `{step.chain}`")
        if (kind == "have") != (step.kind == HAVE):
            marked = "is" if step.kind == HAVE else "is not"
            raise Unusable(f"`{step.chain}` {marked} marked [have], but stands in a {kind} block")
        return step

    def _put(self, kind: Literal["script", "have"], steps: Sequence[EvaluatedStep]) -> None:
        if not any(block.kind == "think" for block in self._blocks):
            raise Unusable(f"a {kind} block stands before any think block")
        unknown = {name.name for step in steps for name in step.premises} & self._must - self._searched
        if unknown:
            raise Unusable(f"{min(unknown)} is used before it is searched for")
        self._blocks.append(Block(kind=kind, text="\n".join(step.chain for step in steps)))
        self._blocks.append(Block(kind="result", text=outcome(steps[-1])))
        self._sought = False

    def finish(self) -> tuple[Block, ...]:
        if self._left:
            raise Unusable(f"the blocks end before the sentence `{self._left[0].chain}`")
        return tuple(self._blocks)

"""What the steps that ask a model will ask, about, before anything is spent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from holdfast.apps.datasets import CHAIN, DOCSTRING, REQUERY
from holdfast.core.completions import Message
from holdfast.models.usage import Price
from holdfast.pipelines.dataset.asking import estimate
from holdfast.pipelines.dataset.chains import chain_values, needed
from holdfast.pipelines.dataset.corpus import Entry
from holdfast.pipelines.dataset.docstrings import docstring_values, undescribed
from holdfast.pipelines.dataset.prompting import load_prompt
from holdfast.pipelines.dataset.records import EvaluatedTheorem, Premise
from holdfast.pipelines.dataset.searching import requery_values

__all__ = ["Estimate", "estimates"]

_CHAIN_TOKENS, _SENTENCE_TOKENS, _SEARCH_TOKENS = 200, 150, 60
"""Of a chain: what its frame, each sentence and each search take in an answer, about."""
_DOCSTRING_TOKENS, _QUERIES_TOKENS = 60, 250
_RESULTS = ("a result of a search, in the words of its docstring and its type",) * 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one step asks, about."""

    step: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """None without a price."""


def estimates(
    theorems: Iterable[EvaluatedTheorem], name: str, prices: Mapping[str, Price]
) -> tuple[Estimate, ...]:
    """For steps 5 to 7: a chain for each theorem, a docstring for each premise without, and every query anew.

    The last is a bound: only queries that fail are asked for again. What has to be mended is not in it.
    """
    listed = list(theorems)
    premises: dict[str, Premise] = {}
    for theorem in listed:
        premises |= {each.name: each for each in undescribed(theorem)}
    return (
        _total(5, ((_chain(each), _chain_tokens(each)) for each in listed), name, prices),
        _total(6, ((_docstring(each), _DOCSTRING_TOKENS) for each in premises.values()), name, prices),
        _total(7, ((turns, _QUERIES_TOKENS) for each in listed for turns in _queries(each)), name, prices),
    )


def _chain(theorem: EvaluatedTheorem) -> tuple[Message, ...]:
    return load_prompt(CHAIN).ask(chain_values(theorem))


def _chain_tokens(theorem: EvaluatedTheorem) -> int:
    searches = len(list(needed(theorem)))
    return _CHAIN_TOKENS + _SENTENCE_TOKENS * len(theorem.evaluation) + _SEARCH_TOKENS * searches


def _docstring(premise: Premise) -> tuple[Message, ...]:
    return load_prompt(DOCSTRING).ask(docstring_values(premise))


def _queries(theorem: EvaluatedTheorem) -> Iterator[tuple[Message, ...]]:
    shown = [Entry("", "", text, "", 0) for text in _RESULTS]
    for name in needed(theorem):
        yield load_prompt(REQUERY).ask(
            requery_values("a query in a sentence", shown, Entry(name, name, "", "", 0))
        )


def _total(
    step: int, asked: Iterable[tuple[tuple[Message, ...], int]], name: str, prices: Mapping[str, Price]
) -> Estimate:
    calls = prompt_tokens = completion_tokens = 0
    cost: float | None = 0.0
    for turns, answer_tokens in asked:
        total = estimate(turns, answer_tokens, name, prices)
        calls += 1
        prompt_tokens += total.prompt_tokens
        completion_tokens += total.completion_tokens
        cost = None if cost is None or total.cost is None else cost + total.cost
    return Estimate(step, calls, prompt_tokens, completion_tokens, cost)

"""What the steps that ask a model will ask, about, before anything is spent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from holdfast.apps.datasets import CHAIN, DOCSTRING, REQUERY
from holdfast.core.completions import Message
from holdfast.models.usage import Price
from holdfast.pipelines.dataset.asking import Asker, estimate
from holdfast.pipelines.dataset.chain_reading import chain_values, needed
from holdfast.pipelines.dataset.corpus import Entry
from holdfast.pipelines.dataset.docstrings import docstring_values, undescribed
from holdfast.pipelines.dataset.haves import folded, parts
from holdfast.pipelines.dataset.prompting import Prompt, load_prompt
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
    theorems: Iterable[EvaluatedTheorem], asker: Asker, prices: Mapping[str, Price]
) -> tuple[Estimate, ...]:
    """For steps 5 to 7: a chain for each theorem and each `have` of it, docstrings, and every query anew.

    What is kept already is not in it, nor what has to be mended. The last is a bound: only queries that fail
    are asked for again.
    """
    listed = list(theorems)
    premises: dict[str, Premise] = {}
    for theorem in listed:
        premises |= {each.name: each for each in undescribed(theorem)}
    name = asker.name
    proofs = [proof for theorem in listed for proof in (theorem, *parts(theorem))]
    chains = ((load_prompt(CHAIN), chain_values(each), _chain_tokens(each)) for each in proofs)
    docstrings = (
        (load_prompt(DOCSTRING), docstring_values(each), _DOCSTRING_TOKENS) for each in premises.values()
    )
    return (
        _total(5, _unknown(asker, chains), name, prices),
        _total(6, _unknown(asker, docstrings), name, prices),
        _total(7, ((turns, _QUERIES_TOKENS) for each in proofs for turns in _queries(each)), name, prices),
    )


def _unknown(
    asker: Asker, questions: Iterable[tuple[Prompt, Mapping[str, str], int]]
) -> Iterator[tuple[tuple[Message, ...], int]]:
    for prompt, values, tokens in questions:
        if not asker.knows(prompt, values):
            yield prompt.ask(values), tokens


def _chain_tokens(theorem: EvaluatedTheorem) -> int:
    searches = len(list(needed(theorem)))
    return _CHAIN_TOKENS + _SENTENCE_TOKENS * len(folded(theorem)) + _SEARCH_TOKENS * searches


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

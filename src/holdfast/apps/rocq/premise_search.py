"""Finds theorems and definitions by words: parts of their names, and what their statements speak of."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.rocq.workbench import open_workbench
from holdfast.checkers.rocq.libraries import Require, Root, requires
from holdfast.checkers.rocq.project import load_project
from holdfast.core.documents import Source
from holdfast.core.trajectories import Declared

__all__ = ["Premise", "PremiseIndex", "load_premises"]

_DEFAULTS = ("Arith", "List", "Bool", "Lia")
"""What is searched where no file says what it rests on."""
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*'*(?:\.[^\W\d]\w*'*)*|[-+*/<>=~^|&\\:%!?@]+")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\da-zA-Z_]+")
_COMMON = frozenset({"forall", "->", ":", "fun", "=>", "exists"})
_IN_NAME = 3.0
"""What a word counts in a name, beside one in a statement."""
_SATURATION, _LENGTH = 1.2, 0.5
"""The constants of BM25."""


@dataclass(frozen=True, slots=True)
class Premise:
    """Something that was found."""

    declared: Declared
    score: float
    """Above 0; the best is first."""


class PremiseIndex:
    """Names with their statements, ranked by BM25 for a query."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        """Take in what has a statement, each name once; the last of a name counts."""
        self._declared = tuple({each.name: each for each in declared if each.statement}.values())
        self._lengths: list[float] = []
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, each in enumerate(self._declared):
            weights: Counter[str] = Counter()
            for word in _words(each.statement):
                weights[word] += 1
            for word in _words(".".join(each.name.split(".")[-2:])):
                weights[word] += _IN_NAME  # type: ignore[assignment]
            self._lengths.append(math.fsum(weights.values()))
            for word, weight in weights.items():
                self._postings.setdefault(word, []).append((number, weight))
        self._mean = math.fsum(self._lengths) / max(len(self._lengths), 1)

    def __len__(self) -> int:
        return len(self._declared)

    def search(self, query: str, count: int) -> list[Premise]:
        """At most `count` names, best first; none where no word of the query is known."""
        scores: dict[int, float] = {}
        for word in set(_words(query)):
            postings = self._postings.get(word, ())
            rarity = math.log(1 + (len(self) - len(postings) + 0.5) / (len(postings) + 0.5))
            for number, weight in postings:
                size = 1 - _LENGTH + _LENGTH * self._lengths[number] / self._mean
                gain = weight * (_SATURATION + 1) / (weight + _SATURATION * size)
                scores[number] = scores.get(number, 0.0) + rarity * gain
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
        return [Premise(self._declared[number], score) for number, score in best]


def _words(text: str) -> Iterator[str]:
    """The words of a text in lower case: names whole and in parts, operators as they are."""
    for found in _WORD.findall(text):
        word = found.rpartition(".")[2] if found[0].isalnum() else found
        if word in _COMMON:
            continue
        yield word.lower()
        parts = [part.lower() for part in _PART.findall(word)]
        if len(parts) > 1:
            yield from parts


async def load_premises(path: Path | None, source: Source | None, cache: Path) -> Sequence[Declared]:
    """The names of the libraries that a file rests on, as far as they were learned from.

    Raises MissingToolError where there is no Rocq.
    """
    project = None if path is None else load_project(path)
    paths = [] if project is None or project.file is None else project.load_paths
    bench = await open_workbench(
        cache,
        roots=[Root(each.folder, each.logical, implicit=each.option == "-R") for each in paths],
        arguments=() if project is None else project.argv(),
    )
    wanted = [Require(name) for name in _DEFAULTS] if source is None else requires(source)
    return [each for shard in bench.shards(bench.closure(wanted)) for each in shard.declared]

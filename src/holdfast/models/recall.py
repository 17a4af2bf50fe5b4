"""Theorems that may help with a goal, as prompts name them: of libraries, and of the text at hand."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeAlias

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import Index
from holdfast.core.trajectories import Declared, Observed
from holdfast.models.premise_forms import read_form
from holdfast.models.premise_forms import symbols as symbols_of
from holdfast.models.rocq_terms import is_identifier, read_term, root, statement_parts

__all__ = ["FindTheorems", "MakeIndex", "Recall", "goal_query", "premise_line"]

FindTheorems: TypeAlias = Callable[[str, int], Awaitable[Sequence[tuple[Declared, float]]]]
"""At most so many theorems of libraries that are near a text, nearest first, each with its score above 0."""
MakeIndex: TypeAlias = Callable[[Sequence[str]], Index]
"""An index of documents, at least one."""

_LONGEST = 240
"""Characters of the longest line; a theorem whose statement is cut can still be used by its name."""
_CANDIDATES = 300
"""How many theorems are looked at more closely for a goal."""
_YOUNGEST = 4
"""How many hypotheses count, the youngest; and, below, how often the conclusion counts beside each of them.
These numbers and those below were chosen on `benchmarks/premises_goals.py`."""
_CONCLUSION = 2
_APPLIES, _REWRITES, _BACKWARDS, _SPEAKS = 2.0, 2.0, 1.5, 1.0
"""What a theorem counts more that concludes what the goal is, whose left side or right side stands in the
goal, or which speaks of nothing but what the goal speaks of."""
_PUNCTUATION = frozenset("()[]{},;:") | {"=>", ":="}


class Recall:
    """What is known at a place: libraries that are loaded, and what the text before it has proved.

    It is told of the text as that is read, so that neither the theorem at hand nor a later one is ever found.

    Args:
        libraries: finds theorems of the libraries that are loaded.
        make_index: indexes what the text has proved.
        count: the most theorems for a goal, at least 1.
    """

    def __init__(self, libraries: FindTheorems, make_index: MakeIndex, count: int) -> None:
        self._libraries = libraries
        self._make_index = make_index
        self._count = count
        self._local: dict[str, Declared] = {}
        self._index: Index | None = None

    def learn(self, item: Observed | Declared) -> None:
        """Take in what the text puts in force; of steps nothing is kept."""
        if isinstance(item, Declared) and item.kind == "theorem" and item.statement:
            self._local[item.name] = item
            self._index = None

    async def near(self, goal: Goal) -> Sequence[Declared]:
        """The theorems that fit the first subgoal best.

        Those of the text and those of libraries take turns: their scores cannot be compared, and what stands
        in the text was not put there for nothing.
        """
        if not goal.subgoals or not (query := goal_query(goal)):
            return []
        subgoal = goal.subgoals[0]
        here = _ranked(await self._here(query), subgoal)
        there = _ranked(await self._libraries(query, _CANDIDATES), subgoal)
        taken = {each.name: each for pair in zip_longest(here, there) for each in pair if each is not None}
        return list(taken.values())[: self._count]

    async def lines(self, goal: Goal) -> tuple[str, ...]:
        """The same as text, one line each."""
        return tuple(premise_line(each) for each in await self.near(goal))

    async def _here(self, query: str) -> Sequence[tuple[Declared, float]]:
        if not self._local:
            return []
        items = list(self._local.values())
        if self._index is None:
            self._index = self._make_index([f"{each.name} {each.statement}" for each in items])
        return [(items[at], score) for at, score in await self._index.find(query, _CANDIDATES)]


def goal_query(goal: Goal) -> str:
    """What theorems for the first subgoal are searched with: the fixed names and signs that it speaks of.

    What is bound or assumed in it could be called anything. Empty where it speaks of nothing else.
    """
    subgoal = goal.subgoals[0]
    mine = _assumed(subgoal)
    words = list(_words(subgoal.conclusion, mine)) * _CONCLUSION
    for hypothesis in subgoal.hypotheses[-_YOUNGEST:]:
        words += _words(hypothesis.type, mine)
    return " ".join(words)


def premise_line(premise: Declared) -> str:
    """A theorem as one line that is not too long."""
    line = " ".join(f"{premise.name} : {premise.statement}".split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 4] + " ..."


def _words(term: str, mine: frozenset[str]) -> Iterator[str]:
    for word in read_term(term).abstract:
        keyword = word.isalpha() and not is_identifier(word)
        if not (keyword or word in _PUNCTUATION or word in mine or word[0] in "β@_?"):
            yield word


def _assumed(subgoal: Subgoal) -> frozenset[str]:
    return frozenset(name for hypothesis in subgoal.hypotheses for name in hypothesis.names)


def _ranked(found: Sequence[tuple[Declared, float]], subgoal: Subgoal) -> list[Declared]:
    """Best first; of equal ones, as they were found."""
    term = read_term(subgoal.conclusion)
    there = symbols_of(term.abstract) - _assumed(subgoal)
    targets = frozenset({term.root, root(statement_parts(term.abstract)[1])})
    scored = [(score * (1 + _fit(each, there, targets)), each) for each, score in found]
    return [each for _score, each in sorted(scored, key=lambda pair: -pair[0])]


def _fit(premise: Declared, there: frozenset[str], targets: frozenset[str]) -> float:
    form = read_form(premise.statement)
    worth = [0.0]
    if form.conclusion <= there:
        worth.append(_APPLIES if form.root in targets else _SPEAKS)
    if form.left and form.left <= there:
        worth.append(_REWRITES)
    if form.right and form.right <= there:
        worth.append(_BACKWARDS)
    return max(worth)

"""What prompts and proposers find for Rocq goals: theorems of loaded libraries, and of the text before."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from holdfast.apps.rocq.premise_search import Premise, PremiseIndex, lexical_index, open_index
from holdfast.apps.rocq.workbench import Workbench
from holdfast.checkers.rocq.libraries import requires
from holdfast.checkers.rocq.premises import read_premises
from holdfast.checkers.rocq.sentences import bare, end_before
from holdfast.core.documents import Source
from holdfast.core.errors import MissingToolError, SourceError, StorageError
from holdfast.core.events import Note
from holdfast.core.seams import EventSink
from holdfast.core.trajectories import Declared
from holdfast.models.recall import Recall

__all__ = ["MakeRecall", "local_theorems", "open_recall", "statement_of"]

MakeRecall: TypeAlias = Callable[[int], Recall]
"""Makes what one worker asks for so many theorems; it knows the libraries, and nothing yet of the text."""

_THEOREM = "theorem"
_DEFINED = re.compile(r"[=:]")


def open_recall(
    bench: Workbench,
    source: Source,
    offset: int,
    *,
    cache: Path,
    sink: EventSink,
    own: Path | None = None,
) -> MakeRecall | None:
    """What finds theorems for goals at or behind a place; the index is made where there is none.

    Only libraries that are required before the place are searched, and never what was compiled of the text
    itself. None, with a word to `sink`, where the extra is missing or the disk says no.

    Args:
        bench: the installation and its libraries.
        source: the text.
        offset: the place, in characters.
        cache: the folder for what is kept from one run to the next.
        sink: told what is read, and why there is nothing.
        own: where the text lies, None where it lies nowhere.
    """
    try:
        before = Source(source.name, source.text[: end_before(source, offset)])
        loaded = bench.closure(requires(before))
        libraries = [each for each in loaded if own is None or each.path.resolve() != own.resolve()]
        index = open_index(bench, libraries, cache, sink)
        make_index = lexical_index()
    except (MissingToolError, StorageError, SourceError) as error:
        sink.emit(Note(f"no theorem is searched for: {error}", "warning"))
        return None
    theorems = _Theorems(index)
    return partial(Recall, theorems.near, make_index)


def local_theorems(source: Source) -> Sequence[Declared]:
    """What a text proves; the proof that is open at its end is not done. Empty where it cannot be read."""
    try:
        stated = list(read_premises(source))
    except SourceError:
        return ()
    theorems = (each for each in stated if each.kind == _THEOREM)
    found = [Declared(each.name, each.kind, statement_of(each.name, each.statement)) for each in theorems]
    return [each for each in found if each.statement]


def statement_of(name: str, sentence: str) -> str:
    """What a sentence states of the name that it declares, as a term; empty where that cannot be told.

    >>> statement_of("Own.add_0", "Lemma add_0 (n : nat) : n + 0 = n.")
    'forall (n : nat), n + 0 = n'
    """
    text = bare(sentence)
    short = re.escape(name.rpartition(".")[2])
    found = re.search(rf"(?<![\w.'])({short})(?![\w'])(?:@\{{[^}}]*\}})?", text)
    if found is None:
        return ""
    rest = text[found.end() :].rstrip(".").strip()
    colon = _colon(rest)
    if colon is None:
        return ""
    binders, statement = rest[:colon].strip(), rest[colon + 1 :].strip()
    return f"forall {binders}, {statement}" if binders else statement


def _colon(text: str) -> int | None:
    """Where the first colon stands outside of brackets that is no part of another sign."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == ":" and depth == 0:
            return None if _DEFINED.match(text, at + 1) else at
    return None


@dataclass(slots=True)
class _Theorems:
    """Theorems of an index; what was read of them is kept."""

    index: PremiseIndex
    _read: dict[str, Declared] = field(default_factory=dict)

    async def near(self, query: str, count: int) -> Sequence[tuple[Declared, float]]:
        """Fills `FindTheorems`."""
        found = [each for each in await self.index.search(query, count) if each.premise.kind == _THEOREM]
        pairs = [(self._declared(each.premise), each.score) for each in found]
        return [(theorem, score) for theorem, score in pairs if theorem.statement]

    def _declared(self, premise: Premise) -> Declared:
        known = self._read.get(premise.name)
        if known is None:
            printed = premise.line == 0
            text = premise.statement if printed else statement_of(premise.name, premise.statement)
            known = self._read[premise.name] = Declared(premise.name, premise.kind, text)
        return known

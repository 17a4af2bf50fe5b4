"""What the searches of a chain may find: whatever is in force where the theorem stands, and nothing else.

A proof never uses what comes behind it. So nothing of the theorem's own file is found that stands at or after
it, and of the other files only those that its file loads, itself or by way of others. Names of libraries
that are no part of the dataset are found as well: nothing in the dataset can have told them of the theorem.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from holdfast.checkers.rocq.libraries import Libraries, Library, requires
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError
from holdfast.core.seams import Index
from holdfast.pipelines.dataset.records import ChainTheorem, DatasetSource, LibraryTheorem, Premise

__all__ = ["Corpus", "Entry", "OpenCorpus", "entries", "loaded"]

_NEVER = 1 << 60
"""Behind the end of every source."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search may find."""

    name: str
    type: str
    info: str
    library: str
    """The source of the dataset that declares it; empty for one that is no part of it."""
    start: int
    """From where in that source on it may be found."""
    is_theorem: bool = False

    @property
    def text(self) -> str:
        """What it is found by."""
        return " ".join(filter(None, (self.name.rpartition(".")[2], self.info, self.type)))


def entries(
    theorems: Iterable[LibraryTheorem], chains: Iterable[ChainTheorem], libraries: Iterable[str]
) -> list[Entry]:
    """All theorems of the sources, and all that chains use, each once, sorted by name.

    Of what is no theorem the sources do not tell the place: it may be found from the first theorem on that
    uses it in its own source, and in the sources that load that one.
    """
    found: dict[str, Entry] = {}
    for each in theorems:
        statement = " ".join(each.statement.split())
        found.setdefault(
            each.name, Entry(each.name, statement, each.docstring, each.library, each.end, is_theorem=True)
        )
    sources = frozenset(libraries)
    for chain in chains:
        for step in chain.evaluation:
            for premise in step.premises:
                found[premise.name] = _used(found.get(premise.name), premise, chain, sources)
    return [found[name] for name in sorted(found)]


def _used(known: Entry | None, premise: Premise, chain: ChainTheorem, sources: frozenset[str]) -> Entry:
    if known is not None and known.info and known.start <= chain.start:
        return known
    library = _library(premise.name, sources)
    if known is None:
        start = chain.start if chain.library == library else _NEVER
        return Entry(premise.name, premise.type, premise.info, library, start)
    earlier = not known.is_theorem and chain.library == library
    return replace(
        known,
        type=known.type or premise.type,
        info=known.info or premise.info,
        start=min(known.start, chain.start) if earlier else known.start,
    )


def _library(name: str, sources: frozenset[str]) -> str:
    while name and name not in sources:
        name = name.rpartition(".")[0]
    return name


def loaded(sources: Iterable[DatasetSource]) -> dict[str, frozenset[str]]:
    """By source, the other sources that it loads, itself or by way of others."""
    listed = list(sources)
    known = Libraries(Library(each.library, Path(each.file), implicit=True) for each in listed)
    direct = {each.library: _direct(each, known) for each in listed}
    found: dict[str, frozenset[str]] = {}
    for name in direct:
        reached, waiting = set[str](), list(direct[name])
        while waiting:
            other = waiting.pop()
            if other not in reached:
                reached.add(other)
                waiting += direct.get(other, ())
        found[name] = frozenset(reached - {name})
    # A name may have been taken for that of another library: no source loads what loads it.
    return {
        name: frozenset(each for each in inside if name not in found[each]) for name, inside in found.items()
    }


def _direct(source: DatasetSource, known: Libraries) -> list[str]:
    try:
        wanted = requires(Source(source.file, source.text))
    except SourceError:
        return []
    home = source.library.partition(".")[0]
    resolved = (known.resolve(each, home) for each in wanted)
    return [library.name for library in resolved if library is not None]


class Corpus:
    """Entries with an index over them, and who may find which.

    Args:
        listed: all entries.
        index: over their texts, in the same order.
        loads: by source, what it loads.
    """

    def __init__(self, listed: Sequence[Entry], index: Index, loads: Mapping[str, frozenset[str]]) -> None:
        self.entries = listed
        self._index = index
        self._loads = loads
        self._places = {each.name: at for at, each in enumerate(listed)}
        self._libraries = np.array([each.library for each in listed])
        self._starts = np.array([each.start for each in listed])

    def entry(self, name: str) -> Entry | None:
        """An entry by its name; None where there is none."""
        at = self._places.get(name)
        return None if at is None else self.entries[at]

    async def search(self, query: str, theorem: LibraryTheorem, count: int) -> tuple[str, ...]:
        """The names of the nearest entries that are in force at a theorem, nearest first."""
        visible = self._visible(theorem)
        ranked = await self._index.find(query, len(self.entries))
        return tuple(self.entries[at].name for at, _ in ranked if visible[at])[:count]

    def _visible(self, theorem: LibraryTheorem) -> NDArray[np.bool_]:
        loads = self._loads.get(theorem.library, frozenset())
        elsewhere = np.isin(self._libraries, ["", *sorted(loads)])
        before: NDArray[np.bool_] = (self._libraries == theorem.library) & (self._starts <= theorem.start)
        return elsewhere | before


OpenCorpus: TypeAlias = Callable[[], Awaitable[Corpus]]
"""Builds it when it is wanted, and not twice."""

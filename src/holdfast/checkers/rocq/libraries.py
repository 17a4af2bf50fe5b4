"""Where the libraries of an installation live, and which of them a file rests on.

Only `.v` sources are looked at. A library whose source is not installed is left out: nothing can be learned
from it, and Rocq itself loads it all the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.sentences import bare, split
from holdfast.core.documents import Source

__all__ = ["Libraries", "Library", "Require", "Root", "find_libraries", "requires"]

_REQUIRE = re.compile(
    r"(?:From\s+(?P<prefix>[\w.']+)\s+)?Require(?:\s+(?:Import|Export))?(?:\s*-?\([^)]*\))?\s+(?P<names>.+)\.$",
    re.DOTALL,
)
_PRELUDES = ("Coq.Init.Prelude", "Corelib.Init.Prelude")


@dataclass(frozen=True, slots=True)
class Library:
    """A library module with its source."""

    name: str
    """Fully qualified, for example `Coq.Arith.Le`."""
    path: Path
    implicit: bool = False
    """Whether its leading components may be left out, as in the standard library and below `-R`."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of libraries."""

    folder: Path
    logical: str
    """The name that the folder stands for, empty for none."""
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Require:
    """One name that a file requires, as written."""

    name: str
    prefix: str = ""
    """The `From` part, empty where there is none."""


class Libraries:
    """The libraries that can be required, by name."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self._by_name = {library.name: library for library in libraries}
        self._by_last: dict[str, list[Library]] = {}
        for library in sorted(self._by_name.values(), key=lambda item: (item.name.count("."), item.name)):
            self._by_last.setdefault(library.name.rpartition(".")[2], []).append(library)

    def __len__(self) -> int:
        return len(self._by_name)

    def under(self, prefix: str) -> tuple[Library, ...]:
        """The library called `prefix` and all below it, sorted by name."""
        inside = prefix + "."
        return tuple(
            self._by_name[name] for name in sorted(self._by_name) if name == prefix or name.startswith(inside)
        )

    def resolve(self, require: Require) -> Library | None:
        """The library that a `Require` means, or None when its source is not here.

        As Rocq does, a name may leave out leading components; the shortest full name wins.
        """
        exact = f"{require.prefix}.{require.name}" if require.prefix else require.name
        if exact in self._by_name:
            return self._by_name[exact]
        for library in self._by_last.get(require.name.rpartition(".")[2], ()):
            inside = library.name.startswith(require.prefix + ".") if require.prefix else library.implicit
            if inside and ("." + library.name).endswith("." + require.name):
                return library
        return None

    def closure(self, roots: Iterable[Require], *, prelude: bool = True) -> tuple[Library, ...]:
        """Every library that `roots` rest on, nearest first, each once.

        Args:
            roots: what a file requires.
            prelude: whether the prelude is loaded, as it is unless Rocq runs with `-noinit`.
        """
        start = [*roots, *(Require(name) for name in _PRELUDES if prelude)]
        found: dict[str, Library] = {}
        level = self._resolve_all(start)
        while level:
            fresh = [library for library in level if library.name not in found]
            found.update((library.name, library) for library in fresh)
            level = [needed for library in fresh for needed in self._needed(library)]
        return tuple(found.values())

    def _needed(self, library: Library) -> list[Library]:
        text = library.path.read_text(encoding="utf-8", errors="replace")
        return self._resolve_all(requires(Source(str(library.path), text)))

    def _resolve_all(self, names: Iterable[Require]) -> list[Library]:
        resolved = (self.resolve(require) for require in names)
        return [library for library in resolved if library is not None]


def find_libraries(roots: Sequence[Root]) -> Libraries:
    """All `.v` files below the given folders."""
    return Libraries(library for root in roots for library in _walk(root))


def requires(source: Source) -> tuple[Require, ...]:
    """What a source requires, in order, each once; comments and strings do not count.

    Raises SourceError on a text that cannot be split.
    """
    found: dict[Require, None] = {}
    if "Require" not in source.text:
        return ()
    for sentence in split(source):
        if source.text.startswith(("Require", "From"), sentence.start):
            match = _REQUIRE.match(bare(source.text[sentence.start : sentence.end]))
            if match is not None:
                prefix = match["prefix"] or ""
                found.update(dict.fromkeys(Require(name, prefix) for name in match["names"].split()))
    return tuple(found)


def _walk(root: Root) -> Iterator[Library]:
    for path in sorted(root.folder.rglob("*.v")):
        parts = path.relative_to(root.folder).with_suffix("").parts
        if all(part.isidentifier() for part in parts):
            name = ".".join((root.logical, *parts) if root.logical else parts)
            yield Library(name, path, root.implicit)

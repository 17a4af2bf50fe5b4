"""Where the libraries of an installation live, and which of them a file rests on.

Only `.v` sources are looked at. A library whose source is not installed is left out: nothing can be learned
from it, and Rocq itself loads it all the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.checkers.rocq.sentences import Sentence, bare, split
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Libraries", "Library", "Require", "Root", "find_libraries", "requires"]

_REQUIRE = re.compile(
    r"(?:From\s+(?P<prefix>[\w.']+)\s+)?Require(?:\s+(?P<mode>Import|Export))?(?:\s*-?\([^)]*\))?\s+(?P<names>.+)\.$",
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

    @property
    def is_of_prelude(self) -> bool:
        """Whether the prelude is made of it, as of `Coq.Init.Logic`: it is compiled without one."""
        return self.name.split(".")[1:2] == ["Init"]


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
    exported: bool = False
    """Whether whoever imports the file imports this too."""


class Libraries:
    """The libraries that can be required, by name."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self._by_name = {library.name: library for library in libraries}
        self._by_last: dict[str, list[Library]] = {}
        for library in sorted(self._by_name.values(), key=lambda item: (item.name.count("."), item.name)):
            self._by_last.setdefault(library.name.rpartition(".")[2], []).append(library)

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Library]:
        return iter(self._by_name.values())

    def under(self, prefix: str) -> tuple[Library, ...]:
        """The library called `prefix` and all below it, sorted by name."""
        inside = prefix + "."
        return tuple(
            self._by_name[name] for name in sorted(self._by_name) if name == prefix or name.startswith(inside)
        )

    def resolve(self, require: Require, home: str = "") -> Library | None:
        """The library that a `Require` means, or None when its source is not here.

        As Rocq does, a name may leave out leading components; the shortest full name wins. A library is
        compiled with its own leading components left out too: `home` is the first of them.
        """
        exact = f"{require.prefix}.{require.name}" if require.prefix else require.name
        if exact in self._by_name:
            return self._by_name[exact]
        ending = "." + require.name
        named = [each for each in self._last(require.name) if ("." + each.name).endswith(ending)]
        if require.prefix:
            inside = [each for each in named if each.name.startswith(require.prefix + ".")]
        else:
            at_home = [each for each in named if home and each.name.startswith(home + ".")]
            inside = at_home or [each for each in named if each.implicit]
        return inside[0] if inside else None

    def _last(self, name: str) -> Sequence[Library]:
        return self._by_last.get(name.rpartition(".")[2], ())

    def closure(self, roots: Iterable[Require], *, prelude: bool = True) -> tuple[Library, ...]:
        """Every library that `roots` rest on, each once, those that `roots` put in sight first.

        In front come the roots and what they export; then, level by level, what libraries require for
        themselves, with what that exports.

        Args:
            roots: what a file requires.
            prelude: whether the prelude is loaded, as it is unless Rocq runs with `-noinit`.
        """
        start = [*roots, *(Require(name) for name in _PRELUDES if prelude)]
        found: dict[str, Library] = {}
        level = self._resolve_all(start)
        while level:
            hidden: list[Library] = []
            for library in level:  # grows while it is read
                if library.name not in found:
                    found[library.name] = library
                    needed = self._needed(library)
                    home = library.name.partition(".")[0]
                    level += self._resolve_all((each for each in needed if each.exported), home)
                    hidden += self._resolve_all((each for each in needed if not each.exported), home)
            level = hidden
        return tuple(found.values())

    def needs(self, library: Library) -> tuple[Library, ...]:
        """What a library itself requires, the prelude included, in order; what is not here is left out."""
        prelude = [] if library.is_of_prelude else [Require(name) for name in _PRELUDES]
        return tuple(self._resolve_all([*prelude, *self._needed(library)], library.name.partition(".")[0]))

    def _needed(self, library: Library) -> tuple[Require, ...]:
        text = library.path.read_text(encoding="utf-8", errors="replace")
        try:
            return requires(Source(str(library.path), text))
        except SourceError:  # a file that is being edited; what was compiled of it is in force all the same
            return ()

    def _resolve_all(self, names: Iterable[Require], home: str = "") -> list[Library]:
        resolved = (self.resolve(require, home) for require in names)
        return [library for library in resolved if library is not None]


def find_libraries(roots: Sequence[Root]) -> Libraries:
    """All `.v` files below the given folders."""
    return Libraries(library for root in roots for library in _walk(root))


def requires(source: Source, sentences: Sequence[Sentence] | None = None) -> tuple[Require, ...]:
    """What a source requires, in order, each once; comments and strings do not count.

    `sentences` are those of the source, where it was split already.
    Raises SourceError on a text that cannot be split.
    """
    found: dict[Require, None] = {}
    if "Require" not in source.text:
        return ()
    for sentence in split(source) if sentences is None else sentences:
        if source.text.startswith(("Require", "From"), sentence.start):
            match = _REQUIRE.match(bare(source.text[sentence.start : sentence.end]))
            if match is not None:
                prefix = match["prefix"] or ""
                exported = match["mode"] == "Export"
                names = (Require(name, prefix, exported) for name in match["names"].split())
                found.update(dict.fromkeys(names))
    return tuple(found)


def _walk(root: Root) -> Iterator[Library]:
    for path in sorted(root.folder.rglob("*.v")):
        parts = path.relative_to(root.folder).with_suffix("").parts
        if all(part.isidentifier() for part in parts):
            name = ".".join((root.logical, *parts) if root.logical else parts)
            yield Library(name, path, root.implicit)

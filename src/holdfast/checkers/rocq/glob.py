"""What a `.glob` file says: which names a compiled source defines, and which it uses, and where.

`coqc` writes one beside each `.vo`, also for a source that it refuses, up to the sentence that failed. It
is the truth about names: each use is resolved in full. It does not show hypotheses of proofs, nor what Rocq
found by itself: canonical structures, instances, hints, what `auto` or `lia` used.

A line is `F` and the library, `R` and a use (`R10:14 Lib Path name kind`), or a definition
(`kind 10:14 path name`); offsets are bytes of the source, the last one inclusive.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.core.errors import SourceError

__all__ = ["Defined", "Glob", "Used", "read_glob"]

_USED = re.compile(
    r"R(?P<start>\d+):(?P<end>\d+) (?P<library>\S+) (?P<path>\S+) (?P<name>.+) (?P<kind>\S+)\Z"
)
_DEFINED = re.compile(r"(?P<kind>[a-z]+) (?P<start>\d+)(?::(?P<end>\d+))? (?P<path>\S+) (?P<name>.+)\Z")
_NONE = "<>"


@dataclass(frozen=True, slots=True)
class Defined:
    """A name that a source defines."""

    start: int
    """First byte of the name where it is defined."""
    end: int
    """One past its last byte."""
    kind: str
    """Rocq's word: `prf`, `def`, `ind`, `constr`, `proj`, `not`, `sec`, `mod`, `var`, `binder`, ..."""
    path: tuple[str, ...]
    """The modules around it, outermost first; of what ends with its section (`var`, `sec`, some notations)
    the sections too."""
    name: str


@dataclass(frozen=True, slots=True)
class Used:
    """A name that a source uses; the same place may use several, and the same one twice."""

    start: int
    """First byte of the use."""
    end: int
    """One past its last byte."""
    library: str
    """The library that defines it, in full."""
    path: tuple[str, ...]
    """The modules of that library that it stands in, outermost first."""
    name: str
    kind: str
    """Rocq's word: `thm`, `def`, `not`, `var`, `abbrev`, `constr`, `proj`, `ind`, `lib`, ..."""

    @property
    def full_name(self) -> str:
        """The name behind its library and its modules; of a notation, the key that Rocq gives it."""
        return ".".join(filter(None, (self.library, *self.path, self.name)))


@dataclass(frozen=True, slots=True)
class Glob:
    """The contents of a `.glob` file."""

    library: str
    digest: str
    """The MD5 digest, in hex, of the source that it was made from; empty where it names none."""
    defined: tuple[Defined, ...]
    """In the order of the source."""
    used: tuple[Used, ...]
    """In the order of the source, each once."""

    def within(self, start: int, end: int) -> Sequence[Used]:
        """The uses that begin in a stretch of bytes."""
        low = bisect_left(self.used, start, key=_start)
        return self.used[low : bisect_left(self.used, end, key=_start)]


def read_glob(text: str, name: str = "") -> Glob:
    """Understand the text of a `.glob` file, called `name` in errors.

    Raises:
        SourceError: the text is none, or is cut off.
    """
    library, digest = "", ""
    defined: list[Defined] = []
    used: dict[Used, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("DIGEST "):
            digest = line.removeprefix("DIGEST ").strip()
        elif line.startswith("F"):
            library = line[1:]
        elif (use := _USED.match(line)) is not None:
            used[_used(use)] = None
        elif (definition := _DEFINED.match(line)) is not None:
            defined.append(_defined(definition))
        else:
            raise SourceError(f"not a line of a .glob file: {line[:60]!r}", file=name, line=number, column=1)
    if not library:
        raise SourceError("a .glob file names its library; this text does not", file=name, line=1, column=1)
    return Glob(
        library,
        "" if digest == "NO" else digest,
        tuple(sorted(defined, key=_start)),
        tuple(sorted(used, key=_start)),
    )


def _used(found: re.Match[str]) -> Used:
    return Used(
        int(found["start"]),
        int(found["end"]) + 1,
        found["library"],
        _split(found["path"]),
        "" if found["name"] == _NONE else found["name"],
        found["kind"],
    )


def _defined(found: re.Match[str]) -> Defined:
    start = int(found["start"])
    end = int(found["end"]) + 1 if found["end"] else start
    return Defined(start, end, found["kind"], _split(found["path"]), found["name"])


def _split(path: str) -> tuple[str, ...]:
    return () if path == _NONE else tuple(path.split("."))


def _start(item: Defined | Used) -> int:
    return item.start

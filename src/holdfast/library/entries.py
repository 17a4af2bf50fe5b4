"""What a store of functions holds, as records, and how they are read back."""

import ast
import doctest
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from holdfast.core.errors import StorageError
from holdfast.library.plain import from_plain
from holdfast.library.records import Candidate

__all__ = [
    "HAND",
    "SCHEMA",
    "Edit",
    "Entry",
    "Tombstone",
    "Usage",
    "Use",
    "Version",
    "entry_of",
    "read_entry",
    "read_lines",
    "text_digest",
    "usages",
]

SCHEMA = 1
HAND = "hand"
"""The proposer of what people write themselves."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one function; it never changes."""

    name: str
    source: str
    proposer: str
    parents: tuple[str, ...] = ()
    """Digests of the entries that it took the place of."""
    support: tuple[str, ...] = ()
    """Keys of the tasks that it rests on, sorted."""
    gain: int = 0
    """Tokens that it saved when it entered."""
    tests: tuple[str, ...] = ()
    """Its examples, with what they print."""
    docs: str = ""
    """The digest of its docstring."""

    def digest(self) -> str:
        """Its name in the store: hex SHA-256 of all of it."""
        return text_digest(json.dumps(asdict(self), sort_keys=True, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Why a function is no longer in the library."""

    name: str
    digest: str
    """Of the entry as it was last."""
    reason: str
    version: int
    """The first without it."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is in the library at one time."""

    number: int
    """Counted from 1; 0 is the empty library."""
    functions: Mapping[str, str] = field(default_factory=dict)
    """Digests of entries by name, in the order in which they entered."""
    change: tuple[str, ...] = ()
    """What is new in it, a sentence each."""
    removed: tuple[Tombstone, ...] = ()
    """Functions that it does not have any more."""
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Use:
    """What a program that calls functions of the library came to."""

    version: int
    task: str
    functions: tuple[str, ...]
    ok: bool
    """Whether it held."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What came of a function in programs."""

    uses: int = 0
    """Programs that called it."""
    tasks: int = 0
    """Tasks that these were for."""
    blame: float = 0.0
    """For each program that failed, one divided by the functions that it called."""
    last: int = 0
    """The latest version in which it was called."""

    @property
    def success(self) -> float | None:
        """The share of uses that it is not to blame for; None where nobody called it."""
        return 1.0 - self.blame / self.uses if self.uses else None


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody did to the working copy by hand."""

    name: str
    kind: Literal["added", "changed", "removed"]
    source: str
    """As it is now; empty where it was removed."""


def entry_of(candidate: Candidate, parents: Sequence[str] = ()) -> Entry:
    """The entry of a candidate that the gate let in."""
    docs, tests = _documentation(candidate.source)
    return Entry(
        candidate.name,
        candidate.source.rstrip("\n") + "\n",
        candidate.proposer,
        tuple(parents),
        tuple(sorted(candidate.support)),
        candidate.expected_gain,
        tests,
        docs,
    )


def usages(uses: Sequence[Use]) -> dict[str, Usage]:
    """What came of each function that was used."""
    tasks: dict[str, set[str]] = {}
    found: dict[str, Usage] = {}
    for use in uses:
        for name in use.functions:
            old = found.get(name, Usage())
            tasks.setdefault(name, set()).add(use.task)
            blame = old.blame + (0.0 if use.ok else 1.0 / len(use.functions))
            found[name] = Usage(old.uses + 1, len(tasks[name]), blame, max(old.last, use.version))
    return found


def text_digest(text: str) -> str:
    """Hex SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_entry(directory: Path, digest: str) -> Entry:
    """An entry of a store. Raises StorageError where it is missing, or not what it was."""
    path = directory / "objects" / f"{digest}.json"
    try:
        entry = from_plain(Entry, json.loads(path.read_bytes()))
    except FileNotFoundError as error:
        raise StorageError(f"{path} is missing: restore it, or begin with another folder") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} cannot be read: restore it, or begin with another folder") from error
    if entry.digest() != digest:
        raise StorageError(f"{path} is damaged: its text is not the one that it is named by")
    return entry


def read_lines(path: Path) -> Iterator[Mapping[str, object]]:
    """The records of a file that somebody may be writing to: a last line that is not whole is left out."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise StorageError(f"{path} is damaged: line {number} is not JSON") from error
        yield record


def _documentation(source: str) -> tuple[str, tuple[str, ...]]:
    """The digest of all docstrings, and the examples in them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "", ()  # another language
    kinds = (ast.FunctionDef, ast.ClassDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    parser = doctest.DocTestParser()
    try:
        examples = [example for text in texts for example in parser.get_examples(text)]
    except ValueError:
        examples = []  # they are written by hand, and broken
    tests = tuple(f"{each.source.strip()}\n{each.want.strip()}" for each in examples)
    return text_digest("\n".join(texts)), tests

"""What is known of names beside proofs: what they say, and in which words people say it.

Two formats are read. Flat: `{full name: {name, kind, docstring, fullname, ...}}`. With aliases:
`{objects: [{keys: [full names], value: {...}}], notations: {...}}`. `fullname` is the declaration as written.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from holdfast.core.errors import StorageError, UserError
from holdfast.pipelines.dataset.records import LibraryTheorem

__all__ = ["Dictionary", "Entry", "read_dictionary"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one name; all of it may be empty."""

    type: str = ""
    """Its declaration as written."""
    docstring: str = ""
    kind: str = ""


_UNKNOWN = Entry()


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Entries by full name."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Of its contents, in hex."""
        digest = hashlib.sha256()
        for name, entry in sorted(self.entries.items()):
            digest.update(f"{name}\0{entry.type}\0{entry.docstring}\0{entry.kind}\0".encode())
        return digest.hexdigest()[:16]

    def entry(self, name: str) -> Entry:
        """What is known of a name; an empty entry where that is nothing."""
        return self.entries.get(name, _UNKNOWN)

    def with_theorems(self, theorems: Iterable[LibraryTheorem]) -> "Dictionary":
        """The same, with what the sources themselves say of theorems where it says nothing."""
        found = {
            each.name: Entry(" ".join(each.statement.split()), each.docstring, each.kind) for each in theorems
        }
        return Dictionary(
            {**found, **{name: _merge(found.get(name), entry) for name, entry in self.entries.items()}}
        )


def _merge(read: Entry | None, told: Entry) -> Entry:
    if read is None:
        return told
    return Entry(told.type or read.type, told.docstring or read.docstring, told.kind or read.kind)


def read_dictionary(path: Path) -> Dictionary:
    """Read a dictionary of either format. Raises UserError where it is neither, StorageError."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path} is not JSON: {error}") from error
    try:
        return Dictionary(dict(_entries(data)))
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a dictionary of docstrings: an object by full names, each with a docstring, or"
            f" one with `objects` is expected ({type(error).__name__}: {error})"
        ) from error


def _entries(data: Mapping[str, Any]) -> Iterable[tuple[str, Entry]]:
    if "objects" not in data:
        for name, value in data.items():
            yield name, _entry(value)
        return
    for each in data["objects"]:
        for name in each["keys"]:
            yield name, _entry(each["value"])
    notations = data.get("notations", {})
    for scoped in notations.get("scope", {}).values():
        yield from ((name, _entry(value)) for name, value in scoped.items())
    yield from ((name, _entry(value)) for name, value in notations.get("noscope", {}).items())


def _entry(value: Mapping[str, Any]) -> Entry:
    return Entry(
        " ".join(str(value.get("fullname") or "").split()),
        str(value.get("docstring") or ""),
        str(value.get("kind") or ""),
    )

"""What a finished step left on the disk."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.core.errors import StorageError

__all__ = ["FINISHED", "SERIES", "Output", "Row", "file_name", "finished", "read_lines"]

FINISHED = "finished.json"
SERIES = "series"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a stream."""

    key: str
    """No other row of the stream has it."""
    data: Mapping[str, Any]
    """Plain data, as JSON has it."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a finished step gave."""

    folder: Path
    digest: str
    """Of the rows that came out, in hex."""
    rows_in: int
    rows_out: int
    dropped: Mapping[str, int]
    """How many rows came to nothing, by reason."""
    measures: Mapping[str, float]
    """Sums over all rows."""
    batches: tuple[str, ...]
    """In order."""
    wall_s: float
    """Seconds by the clock, of the start that finished it."""
    cached: int = 0
    """How many of the rows that went in had been handled before this start."""

    def rows(self) -> Iterator[Row]:
        """All rows that came out, in order. Raises StorageError where the folder is damaged."""
        for name in self.batches:
            for record in read_lines(self.folder / "shards" / file_name(name)):
                yield Row(record["key"], record["data"])

    def lost(self) -> Iterator[Mapping[str, Any]]:
        """What came to nothing: `key`, `reason` and `detail`."""
        for name in self.batches:
            yield from read_lines(self.folder / "dropped" / file_name(name))

    def series(self, name: str) -> Iterator[tuple[str, list[float]]]:
        """What the parts of rows took, by the keys of the rows that went in. Raises StorageError."""
        for batch in self.batches:
            for each in read_lines(self.folder / "measures" / file_name(batch)):
                if name in each.get(SERIES, {}):
                    yield each["key"], each[SERIES][name]


def finished(folder: Path) -> Output | None:
    """What the step of a folder gave; None where it is not finished. Raises StorageError."""
    path = folder / FINISHED
    try:
        found = json.loads(path.read_bytes())
        return Output(
            folder=folder, **{**found, "batches": tuple(found["batches"]), "cached": found["rows_in"]}
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{path} is damaged: remove {folder} and run the step again") from error


def file_name(key: str) -> str:
    """A file name for a batch: readable, and different for different keys."""
    plain = _UNSAFE.sub("-", key)[:100]
    mark = "" if plain == key else f"-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
    return f"{plain}{mark}.jsonl"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of a finished step. Raises StorageError."""
    try:
        with path.open("rb") as stream:
            for line in stream:
                yield json.loads(line)
    except FileNotFoundError:
        raise StorageError(f"{path} is missing: remove {path.parent.parent} and run the step again") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise StorageError(f"{path} is damaged: remove {path.parent.parent} and run it again") from error

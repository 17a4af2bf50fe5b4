"""Stores of trajectories: rows and records of theorems, read back as they were written."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from holdfast.core.errors import StorageError
from holdfast.core.trajectories import TheoremRecord
from holdfast.pipelines.trajectory_files import (
    THEOREMS,
    is_store,
    journals,
    number_of,
    read_manifest,
    stored_config,
)
from holdfast.pipelines.trajectory_journal import Journalled, searches_in
from holdfast.pipelines.trajectory_table import (
    COLUMNS,
    Table,
    joined,
    read_file,
    table_of,
    without_searches,
    write_seed,
)
from holdfast.pipelines.trajectory_writer import TrajectoryWriter, config_digest, open_store

__all__ = [
    "TrajectoryWriter",
    "config_digest",
    "open_store",
    "read_rows",
    "read_theorems",
    "stored_config",
    "write_seed",
]

_T = TypeVar("_T")


def read_theorems(paths: Iterable[Path]) -> list[TheoremRecord]:
    """The last record of each theorem of each store, in order; files of burn-qed have none.

    What a writer has not folded yet, or will not because it was killed, counts too. Raises UserError where
    a path holds no trajectories, StorageError where what it holds is damaged.
    """
    return [record for path in paths if is_store(path) for record in _last(path).values()]


def _last(folder: Path) -> dict[tuple[str, str], TheoremRecord]:
    path = folder / THEOREMS
    found: dict[tuple[str, str], TheoremRecord] = {}
    told = [each.record for journal in journals(folder) for each in searches_in(journal).values()]
    for record in [*_records(path), *(each for each in told if each is not None)]:
        before = found.get(record.key)
        if before is None or before.attempt <= record.attempt:
            found[record.key] = record
    return found


def _records(path: Path) -> Iterator[TheoremRecord]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            yield TheoremRecord.from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{path} is damaged: line {number} is no record of a theorem") from error


def read_rows(
    paths: Iterable[Path],
    columns: Sequence[str] | None = None,
    *,
    skip_bad: Callable[[str], None] | None = None,
) -> Table:
    """The rows of some stores, and files of burn-qed, as one Arrow table of the given columns (None: all).

    Of a theorem that was searched several times in one store, because something broke, the last search
    counts. What is not folded into a part yet is read too.

    Args:
        paths: stores and single files.
        columns: of `trajectory_table.COLUMNS`.
        skip_bad: told in a sentence of each file that is damaged, which is then left out.

    Raises:
        UserError: a path or a column is not there, or holds something else, or is of another version.
        StorageError: a file is damaged, and `skip_bad` is None.
    """
    wanted = list(COLUMNS if columns is None else columns)
    read = [*dict.fromkeys([*wanted, "search", "theorem_name", "file"])]
    tables: list[Table] = []
    for path in paths:
        if is_store(path):
            tables += _of_store(path, read, skip_bad)
        else:
            tables += _tried(partial(read_file, path, read), skip_bad)
    return joined(tables, read).select(wanted)


def _of_store(
    folder: Path, columns: Sequence[str], skip_bad: Callable[[str], None] | None
) -> Iterator[Table]:
    superseded = _superseded(folder)
    parts = [folder / part.file for part in read_manifest(folder)]
    for part in parts:
        for table in _tried(partial(read_file, part, columns), skip_bad):
            yield without_searches(table, superseded)
    folded = {number_of(part) for part in parts}
    waiting: dict[str, Journalled] = {}
    for journal in journals(folder):
        if number_of(journal) not in folded:
            for searches in _tried(partial(searches_in, journal), skip_bad):
                waiting |= searches  # one that goes on in a later journal is told there from its beginning
    yield without_searches(_table(waiting.values()).select(columns), superseded)


def _table(searches: Iterable[Journalled]) -> Table:
    return table_of((each.origin, each.rows, each.record) for each in searches)


def _superseded(folder: Path) -> Callable[[str, str, str], bool]:
    """Whether a search, given with its file and theorem, was made up for by a later one."""
    last = {key: record.search for key, record in _last(folder).items()}
    return lambda search, file, theorem: last.get((file, theorem), search) != search


def _tried(read: Callable[[], _T], skip_bad: Callable[[str], None] | None) -> Iterator[_T]:
    """What was read, if it could be."""
    try:
        found = read()
    except StorageError as error:
        if skip_bad is None:
            raise
        skip_bad(str(error))
    else:
        yield found

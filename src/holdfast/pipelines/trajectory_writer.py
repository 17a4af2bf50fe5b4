"""Writes a store of trajectories: step by step, so that what is stopped at any moment can be gone on with."""

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from holdfast.core.errors import UserError
from holdfast.core.trajectories import SCHEMA_VERSION, SearchOrigin, TheoremRecord, TrajectoryRow
from holdfast.pipelines.trajectory_files import (
    CONFIG,
    LOCK,
    THEOREMS,
    Part,
    journals,
    mapped,
    number_of,
    read_manifest,
    stored,
    write_manifest,
)
from holdfast.pipelines.trajectory_journal import Journalled, Places, lines_of, row_line, searches_in
from holdfast.pipelines.trajectory_table import arrow_or_fail, table_of, write_file
from holdfast.runtime.lines import JsonLineFile, encode_line
from holdfast.runtime.runs import difference, lock, publish

__all__ = ["TrajectoryWriter", "config_digest", "open_store"]

_FOLD_ROWS = 20_000
"""Steps after which a journal is folded."""


def config_digest(config: Mapping[str, object]) -> str:
    """A digest of a resolved configuration: plain JSON data, without what does not change results."""
    canonical = json.dumps(config, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@contextlib.contextmanager
def open_store(
    folder: Path, config: Mapping[str, object], *, resume: bool = False, fold_rows: int = _FOLD_ROWS
) -> Iterator["TrajectoryWriter"]:
    """Create a store or go on with one, as its one writer; at the end, all that came is in parts.

    Args:
        folder: the store.
        config: plain JSON data; a store is gone on with under the same only.
        resume: whether there may be a store already.
        fold_rows: how many steps a journal holds at most, about.

    Raises:
        UserError: the folder holds something else, a store that was not to be resumed, one of another
            configuration (the message names what differs), or one that another process writes.
        StorageError: the disk said no, or what it holds is damaged.
        MissingToolError: Arrow is not installed, which parts are written with at the end.
    """
    arrow_or_fail()
    with contextlib.ExitStack() as files:
        with mapped(folder):
            created = _create(folder, resume=resume)
            lock(folder, folder / LOCK, files)
            _claim(folder, config, created=created)
        writer = TrajectoryWriter(folder, config_digest(config), files, fold_rows)
        try:
            yield writer
        finally:
            writer.close()


class TrajectoryWriter:
    """The one writer of a store. What it is given is in the hands of the system when its methods return.

    All methods raise StorageError where the disk says no; what came before stays whole.
    """

    def __init__(self, folder: Path, digest: str, files: contextlib.ExitStack, fold_rows: int) -> None:
        """Make up for a writer that was killed. Use `open_store`."""
        self.folder = folder
        self.digest = digest
        """Of the configuration."""
        self._records = files.enter_context(JsonLineFile(folder / THEOREMS))
        self._known = {str(record["search"]) for record in self._records.records}
        self.theorems: dict[tuple[str, str], TheoremRecord] = {}
        """The record of the last search of each theorem, by file and name."""
        for record in self._records.records:
            self._remember(TheoremRecord.from_json(record))
        self._parts = {part.file: part for part in read_manifest(folder)}
        self._fold_rows = fold_rows
        self._open: dict[str, Places] = {}
        self._number = 0
        self._rows = 0
        self._journal: JsonLineFile | None = None
        self._files = files
        self._recover()

    def begin(self, origin: SearchOrigin) -> None:
        """A search begins. Its rows, and its record, follow."""
        self._open[origin.search] = Places()
        self._append({"origin": asdict(origin)})

    def add(self, row: TrajectoryRow) -> None:
        """The next step of a search that was begun; parents come before children."""
        self._append(row_line(row, self._open[row.search]))
        self._rows += 1
        if self._rows >= self._fold_rows:
            self._rotate()

    def end(self, record: TheoremRecord) -> None:
        """A search that was begun has ended; the record is on the disk when this returns."""
        del self._open[record.search]
        self._append({"end": record.to_json()}, durable=True)
        self._remember(record)

    def drop(self, searches: Sequence[str]) -> None:
        """Forget searches that were begun and have not ended, because they are begun again."""
        for name in searches:
            self._open.pop(name, None)
        self._append({"dropped": list(searches)})

    def close(self) -> None:
        """Fold what is left into a part."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
            self._fold(self._number, searches_in(self._path(self._number)).values())

    def _append(self, line: Mapping[str, object], *, durable: bool = False) -> None:
        if self._journal is None:
            self._number = 1 + max((number_of(path) for path in self._numbered()), default=0)
            self._journal = self._files.enter_context(JsonLineFile(self._path(self._number)))
        self._journal.append(line, durable=durable)

    def _remember(self, record: TheoremRecord) -> None:
        before = self.theorems.get(record.key)
        if before is None or before.attempt <= record.attempt:
            self.theorems[record.key] = record

    def _numbered(self) -> list[Path]:
        return [*self.folder.glob("part-*.parquet"), *self.folder.glob("_journal-*.jsonl")]

    def _path(self, number: int) -> Path:
        return self.folder / f"_journal-{number:05}.jsonl"

    def _recover(self) -> None:
        found = journals(self.folder)
        told = [searches_in(path) for path in found]
        for at, path in enumerate(found):
            moved = {name for later in told[at + 1 :] for name in later}
            self._fold(number_of(path), [each for name, each in told[at].items() if name not in moved])

    def _rotate(self) -> None:
        """Begin another journal with the searches that are under way, and fold the old one."""
        assert self._journal is not None
        self._journal.close()
        old, self._number = self._number, self._number + 1
        told = searches_in(self._path(old))
        going_on = [told.pop(name) for name in self._open if name in told]
        # Until the old one is gone, a search that both tell of counts in the later one.
        publish(self._path(self._number), b"".join(map(encode_line, lines_of(going_on))))
        self._journal = self._files.enter_context(JsonLineFile(self._path(self._number)))
        self._rows = 0  # what goes on does not count, or a long search would be carried over at every step
        self._fold(old, told.values())

    def _fold(self, number: int, searches: Collection[Journalled]) -> None:
        """Make a part of a journal: of the searches in it that no later journal tells of."""
        if any(each.rows for each in searches):
            part = _write_part(self.folder / f"part-{number:05}.parquet", searches)
            self._parts[part.file] = part
            write_manifest(self.folder, self._parts.values())
        for record in (each.record or _cut_short(each.origin) for each in searches):
            if record.search not in self._known:
                self._records.append(record.to_json())
                self._known.add(record.search)
                self._remember(record)
        with mapped(self.folder):
            self._path(number).unlink()


def _write_part(path: Path, searches: Collection[Journalled]) -> Part:
    table = table_of((each.origin, each.rows, each.record) for each in searches)
    write_file(table, path)
    return Part(path.name, table.num_rows)


def _cut_short(origin: SearchOrigin) -> TheoremRecord:
    """Of a search whose writer was stopped in the middle of it."""
    return TheoremRecord(
        search=origin.search,
        theorem=origin.theorem_name,
        file=origin.file,
        language=origin.language,
        status="error",
        statement=origin.statement,
        reason="the search was cut short",
        config_digest=origin.config_digest,
        attempt=origin.attempt,
    )


def _create(folder: Path, *, resume: bool) -> bool:
    """Make the folder; whether it is a new store. A foreign one is refused before it is touched."""
    if folder.is_file():
        raise UserError(f"{folder} is a file: trajectories are kept in a folder, name another")
    folder.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in folder.iterdir()} - {LOCK}
    if CONFIG in names and not resume:
        raise UserError(f"{folder} holds trajectories: --resume goes on with them")
    if CONFIG not in names and any(not name.endswith(".part") for name in names):
        raise UserError(f"{folder} is no store of trajectories, and not empty: name another folder")
    return CONFIG not in names


def _claim(folder: Path, config: Mapping[str, object], *, created: bool) -> None:
    wanted = {"version": SCHEMA_VERSION, "config": dict(config), "digest": config_digest(config)}
    if created and not (folder / CONFIG).exists():
        publish(folder / CONFIG, json.dumps(wanted, indent=2, sort_keys=True).encode() + b"\n")
        return
    before = stored(folder)
    if before.get("digest") != wanted["digest"]:
        raise UserError(difference(folder, before, wanted))

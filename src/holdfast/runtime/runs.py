"""Run directories: where one command keeps what it found, and finds it again.

config.json     the resolved configuration, who checks, and a digest over both
results.jsonl   one record a line, written as results come
events.jsonl    what happened on the way
shards/         files published whole
done/           an empty marker for each shard, written after it
lock            held while a command writes
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel

from holdfast.core.errors import StorageError, UserError
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import EventSink
from holdfast.runtime.lines import JsonLineFile
from holdfast.runtime.sinks import JsonLinesSink

__all__ = ["SCHEMA_VERSION", "Run", "difference", "drop_parts", "lock", "open_run", "publish"]

SCHEMA_VERSION = 1

_PART = ".part"
"""Ends the names of files that are being written; one that a crash left behind is worth nothing."""
_SHARD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class Run:
    """An open run directory; it has one writer, which is this process. Use `open_run` to get one."""

    def __init__(self, directory: Path, identity: Mapping[str, object], files: contextlib.ExitStack) -> None:
        """Open the record files of `directory`, to be closed by `files`."""
        self.directory = directory
        self.digest = str(identity["digest"])
        """Hex SHA-256 over command, configuration, checker and schema version."""
        self._stamp = {key: identity[key] for key in ("version", "digest", "checker")}
        self._results = files.enter_context(JsonLineFile(directory / "results.jsonl"))
        self.found = self._results.records
        """The records that were there when the run was opened, oldest first; empty for a new run."""
        self.events: EventSink = JsonLinesSink(files.enter_context(JsonLineFile(directory / "events.jsonl")))

    def append(self, record: Mapping[str, object]) -> None:
        """Keep one result; when this returns, the result is on the disk.

        The record is stored with schema version, digest and checker. Raises StorageError where the disk
        says no; all results before stay whole.
        """
        if taken := self._stamp.keys() & record.keys():
            raise ValueError(f"keys of every stored record: {sorted(taken)}")
        self._results.append({**record, **self._stamp})

    def publish(self, name: str, data: bytes) -> None:
        """Store a shard whole or not at all; its marker comes last. Raises StorageError as `append` does."""
        self._check(name)
        publish(self.directory / "shards" / name, data)
        publish(self.directory / "done" / name, b"")

    def published(self) -> frozenset[str]:
        """The names of the shards that are whole."""
        return frozenset(
            path.name for path in (self.directory / "done").iterdir() if not path.name.startswith(".")
        )

    def read(self, name: str) -> bytes:
        """A published shard. Raises KeyError for one that is not."""
        self._check(name)
        if name not in self.published():
            raise KeyError(name)
        return (self.directory / "shards" / name).read_bytes()

    def _check(self, name: str) -> None:
        if not _SHARD_NAME.fullmatch(name):
            raise ValueError(f"not a name for a shard: {name!r}")


@contextlib.contextmanager
def open_run(
    directory: Path, config: BaseModel, *, command: str, checker: CheckerIdentity | None = None
) -> Iterator[Run]:
    """Create or resume a run directory and hold it until the end of the `with` block.

    What does not change results (how many workers, say) should be excluded from the serialised `config`:
    a run is resumed only under the same digest. Raises UserError where the directory holds something else,
    was made under another configuration (the message names what differs), or has a writer already;
    StorageError where the disk says no.
    """
    identity = _identify(config, command, checker)
    with contextlib.ExitStack() as files:
        with _mapped(directory):
            created = _create(directory)
            lock(directory, directory / "lock", files)
            _claim(directory, identity, created=created)
            for name in ("shards", "done"):
                (directory / name).mkdir(exist_ok=True)
                drop_parts(directory / name)
        run = Run(directory, identity, files)
        yield run


def publish(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all, even if the machine stops; an old one's mode is kept.

    A symbolic link stays, and what it points to is replaced. Raises StorageError.
    """
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        try:
            with part.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if path.exists():
                shutil.copymode(path, part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def _identify(config: BaseModel, command: str, checker: CheckerIdentity | None) -> dict[str, object]:
    identity: dict[str, object] = {
        "version": SCHEMA_VERSION,
        "command": command,
        "config": config.model_dump(mode="json"),
        "checker": None if checker is None else asdict(checker),
    }
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return identity | {"digest": hashlib.sha256(canonical.encode()).hexdigest()}


def _create(directory: Path) -> bool:
    """Make the directory; whether it is a new run's. A foreign directory is refused before it is touched."""
    directory.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in directory.iterdir()}
    if "config.json" not in names and any(name != "lock" and not name.endswith(_PART) for name in names):
        raise UserError(f"{directory} is not a run directory, and not empty: name another for --run")
    return "config.json" not in names


def lock(directory: Path, path: Path, files: contextlib.ExitStack) -> None:
    """Hold `path` until `files` ends, as the one writer of `directory`. Raises UserError where one does."""
    # Without a buffer there is nothing left to write, and to fail again, when it is closed.
    stream = files.enter_context(path.open("a+b", buffering=0))
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().decode("ascii", "replace").strip()
        raise UserError(f"{directory} is being written by process {holder or '?'}") from None
    stream.truncate(0)
    stream.write(f"{os.getpid()}\n".encode())


def _claim(directory: Path, identity: Mapping[str, object], *, created: bool) -> None:
    path = directory / "config.json"
    # Another process may have made it between the look into the directory and the lock.
    if created and not path.exists():
        publish(path, json.dumps(identity, indent=2, sort_keys=True).encode() + b"\n")
        return
    try:
        stored = json.loads(path.read_bytes())
    except ValueError as error:
        raise StorageError(f"{path} is damaged: it is not JSON") from error
    if not isinstance(stored, dict) or stored.get("digest") != identity["digest"]:
        raise UserError(difference(directory, stored, identity))


def difference(directory: Path, stored: object, wanted: Mapping[str, object]) -> str:
    """A sentence that names what a directory was made under and what is wanted now."""
    old, new = dict(_flat(stored)), dict(_flat(wanted))
    differing = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    shown = "; ".join(
        f"{key.removeprefix('config.')} was {old.get(key, 'unset')}, now {new.get(key, 'unset')}"
        for key in differing
        if key != "digest"
    )
    differs = shown or "its digest is wrong"
    return f"{directory} was made under another configuration: {differs}; name another directory, or go back"


def _flat(value: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of nested objects with dotted keys, their values as JSON."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, json.dumps(value)


def drop_parts(directory: Path) -> None:
    """Remove what a crash in `publish` left behind. Whoever calls it is the only writer of `directory`."""
    for part in directory.glob(f".*{_PART}"):
        part.unlink()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _mapped(directory: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise UserError(f"cannot use {directory} as a run directory: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"cannot write {directory}: {error.strerror}") from error

"""Where trajectories are kept: a folder that is appended to, and read while it is written.

part-NNNNN.parquet    steps, whole files
_manifest.json        which parts count
_theorems.jsonl       one `TheoremRecord` a search
_journal-NNNNN.jsonl  steps that have not become a part yet, as they come
_config.json          the resolved configuration, and its digest
_lock                 held while a command writes

A journal is folded into the part of its number. Each move of that can be repeated, so a writer that was
killed in between is made up for by the next.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.core.errors import StorageError, UserError
from holdfast.core.trajectories import SCHEMA_VERSION
from holdfast.runtime.runs import publish

__all__ = [
    "CONFIG",
    "LOCK",
    "MANIFEST",
    "THEOREMS",
    "Part",
    "is_store",
    "journals",
    "mapped",
    "number_of",
    "read_manifest",
    "stored",
    "stored_config",
    "write_manifest",
]

MANIFEST, THEOREMS, CONFIG, LOCK = "_manifest.json", "_theorems.jsonl", "_config.json", "_lock"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a store."""

    file: str
    rows: int


def number_of(path: Path) -> int:
    """The number of a part or journal."""
    return int("".join(filter(str.isdigit, path.stem)) or 0)


def read_manifest(folder: Path) -> list[Part]:
    """The parts that count. Raises StorageError where that is damaged, UserError for another version."""
    path = folder / MANIFEST
    try:
        stored = json.loads(path.read_bytes())
        version, listed = stored["version"], [Part(**part) for part in stored["parts"]]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} is damaged: it lists no parts") from error
    if version != SCHEMA_VERSION:
        raise UserError(
            f"{folder} was written in version {version} of the format and this is version {SCHEMA_VERSION}:"
            " read it with the holdfast that wrote it"
        )
    return listed


def write_manifest(folder: Path, parts: Iterable[Part]) -> None:
    """Say which parts count, from now on. Raises StorageError."""
    stored = {"version": SCHEMA_VERSION, "parts": [asdict(part) for part in parts]}
    publish(folder / MANIFEST, json.dumps(stored, indent=1).encode() + b"\n")


def journals(folder: Path) -> list[Path]:
    """The journals that there are, oldest first."""
    return sorted(folder.glob("_journal-*.jsonl"))


def is_store(path: Path) -> bool:
    """Whether a path is a store and no single file. Raises UserError where it is neither."""
    if path.is_file():
        return False
    if not path.exists():
        raise UserError(f"there is no {path}")
    stored(path)
    return True


def stored(folder: Path) -> Mapping[str, object]:
    """The record that a store is bound to. Raises UserError where there is none, StorageError."""
    path = folder / CONFIG
    try:
        stored = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"{folder} holds no trajectories") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise StorageError(f"{path} is damaged: it is not JSON") from error
    if not isinstance(stored, dict):
        raise StorageError(f"{path} is damaged: it is no record")
    return stored


def stored_config(folder: Path) -> Mapping[str, object]:
    """The configuration that a store was made under. Raises UserError where there is none, StorageError."""
    config = stored(folder).get("config")
    return config if isinstance(config, dict) else {}


@contextlib.contextmanager
def mapped(folder: Path) -> Iterator[None]:
    """Turns what the system says of a folder into the user's mistakes and the disk's."""
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise UserError(f"cannot keep trajectories in {folder}: {error.strerror}") from error
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error

"""The files of an experiment that people read; whatever is there was written whole."""

import json
from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import StorageError
from holdfast.library.records import Sources
from holdfast.runtime.runs import publish

__all__ = ["STAGES", "drop", "finished", "put", "put_json", "put_sources", "read_json"]

STAGES: Mapping[int, str] = {
    0: "stage0_minimal",
    1: "stage1_discovery",
    2: "stage2_refinement",
    3: "stage3_implementation",
    4: "stage4_documentation",
    5: "stage5_validation",
    6: "stage6_extension",
}
"""The folders of the stages."""


def put(path: Path, text: str) -> None:
    """Write a file and the folders that it lies in. Raises StorageError."""
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    publish(path, data)


def put_json(path: Path, data: object) -> None:
    """Write plain data. Raises StorageError."""
    put(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def put_sources(folder: Path, library: Sources) -> None:
    """Write the files of a library. Raises StorageError."""
    for path, text in library.files.items():
        put(folder / path, text)


def read_json(path: Path) -> Mapping[str, object] | None:
    """An object that was written; None where there is none. Raises StorageError where it is damaged."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise StorageError(f"{path} is damaged: remove it and run its stage again") from error
    if not isinstance(found, dict):
        raise StorageError(f"{path} is damaged: remove it and run its stage again")
    return found


def drop(path: Path) -> None:
    """Remove a file, where it is there. Raises StorageError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot remove {path}: {error.strerror}") from error


def finished(folder: Path) -> Mapping[int, Mapping[str, object]]:
    """The summaries of the stages of an experiment that are finished, by number. Raises StorageError."""
    found = {
        number: read_json(folder / name / f"stage{number}_summary.json") for number, name in STAGES.items()
    }
    return {number: summary for number, summary in found.items() if summary is not None}

"""Which bench serves a file, by the ending of its name; benches are imported when they are needed."""

import importlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from holdfast.apps.bench import Bench, Task
from holdfast.core.errors import UserError
from holdfast.models.prompts import Language

__all__ = ["check_endings", "endings", "language_of", "open_bench"]

_LANGUAGES: dict[str, Language] = {".v": "rocq", ".py": "python", ".lean": "lean"}
"""By the ending of a file. `holdfast.apps.LANGUAGE_bench` has the `open_bench` that serves it."""


def endings() -> tuple[str, ...]:
    """The endings of the files that can be worked on."""
    return tuple(_LANGUAGES)


def check_endings(files: Sequence[Path]) -> None:
    """Raise UserError where no bench serves one of the files."""
    for file in files:
        if file.suffix not in _LANGUAGES:
            raise UserError(f"{file} does not end in {' or '.join(_LANGUAGES)}")


def language_of(file: Path) -> Language:
    """The language of a file that a bench serves."""
    return _LANGUAGES[file.suffix]


def open_bench(task: Task) -> AbstractAsyncContextManager[Bench]:
    """What it takes to work on a file. Raises MissingToolError, SandboxUnavailableError, UserError."""
    module = importlib.import_module(f"holdfast.apps.{language_of(task.path)}_bench")
    opened: AbstractAsyncContextManager[Bench] = module.open_bench(task)
    return opened

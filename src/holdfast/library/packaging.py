"""Writes a library as an ordinary package for pip, with its documentation and its examples as tests."""

import ast
import doctest
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import StorageError, UserError
from holdfast.library.definitions import functions_of
from holdfast.library.entries import Entry
from holdfast.library.records import Sources
from holdfast.runtime.runs import publish

__all__ = ["PackageSettings", "export", "export_rocq"]

_MARK = "# Written by holdfast from a library: what is changed here is lost with the next export."
_ROCQ_PROJECT = "_CoqProject"
_PROJECT = """{mark}

[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
description = "{description}"
readme = "README.md"
requires-python = ">=3.11"

[project.optional-dependencies]
test = ["pytest>=7"]

[tool.setuptools.packages.find]
where = ["src"]

[tool.setuptools.package-data]
"*" = ["py.typed"]

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
"""
_TESTS = '''"""The examples of every function hold."""

import doctest

import pytest

import {module} as library
from {module} import functions
from {foundation}.session import Session

START = {start!r}


@pytest.mark.parametrize("name", functions.__all__)
def test_examples(name: str) -> None:
    names = {{each: getattr(library, each) for each in library.__all__}}
    names |= Session(START).names
    found = doctest.DocTestFinder().find(getattr(library, name), name, module=functions, globs=names)
    assert any(each.examples for each in found), "it has examples"
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert [runner.run(each).failed for each in found] == [0] * len(found)
'''


class PackageSettings(BaseModel):
    """What a package is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=100)
    """As pip knows it."""
    version: str = Field(default="0.1.0", pattern=r"^\d+(\.\d+)*((a|b|rc)\d+)?$")
    description: str = Field(default="Functions that grew from examples.", pattern=r'^[^"\\\x00-\x1f]*$')


@dataclass(frozen=True, slots=True)
class _Shown:
    """A function as its documentation shows it."""

    name: str
    signature: str
    text: str
    examples: str


def export(
    library: Sources,
    foundation: Sources,
    start: Any,  # noqa: ANN401 - a state of the domain
    folder: Path,
    settings: PackageSettings,
    entries: Mapping[str, Entry] | None = None,
) -> None:
    """Write a library in Python, and the foundation that it stands on, as a project that pip installs.

    `start` is the state that examples begin with; `entries` tell where functions come from. Raises
    UserError where there is nothing to export, or the folder holds something else, and StorageError where
    the disk says no.
    """
    functions = functions_of(library)
    if library.module == foundation.module or not functions:
        raise UserError("the library has no functions yet: nothing is exported")
    shown = [_shown(name, source) for name, source in functions.items()]
    files = {f"src/{path}": text for path, text in {**foundation.files, **library.files}.items()}
    files |= {f"src/{module}/py.typed": "" for module in (foundation.module, library.module)}
    description = settings.description
    files["pyproject.toml"] = _PROJECT.format(
        mark=_MARK, name=settings.name, version=settings.version, description=description
    )
    files["README.md"] = _readme(settings, library, shown, entries or {})
    files["tests/test_examples.py"] = _TESTS.format(
        module=library.module, foundation=foundation.module, start=start
    )
    _write(folder, files)


def export_rocq(
    library: Sources, folder: Path, settings: PackageSettings, entries: Mapping[str, Entry]
) -> None:
    """Write a library of lemmas as a project that `rocq makefile` and `holdfast audit` take.

    Raises UserError where the folder holds something else, StorageError where the disk says no.
    """
    files = {path: text for path, text in library.files.items() if path.endswith(".v")}
    head = f"# {settings.name}\n\n{settings.description}\n\n{len(entries)} lemmas, each passed by an audit.\n"
    told = [
        f"\n## {name}\n\n```coq\n{entry.source.rstrip()}\n```\n\n"
        f"Proposed by {entry.proposer}; the proofs of {len(entry.support)} tasks use it.\n"
        for name, entry in entries.items()
    ]
    files["README.md"] = head + "".join(told)
    sources = sorted(path for path in files if path.endswith(".v"))
    files[_ROCQ_PROJECT] = "\n".join([_MARK, f"-Q . {library.module}", *sources, ""])
    _write(folder, files, _ROCQ_PROJECT)


def _write(folder: Path, files: Mapping[str, str], mark: str = "pyproject.toml") -> None:
    project = folder / mark
    try:
        if not _is_ours(folder, project):
            raise UserError(f"{folder} holds something else: name a folder that is empty or not there yet")
        for module in {(folder / path).parent for path in files if path.startswith("src/")}:
            for old in module.glob("*.py"):
                old.unlink()
        # The mark comes first: what a crash leaves behind can be written anew.
        for path, text in sorted(files.items(), key=lambda each: each[0] != project.name):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            publish(folder / path, text.encode("utf-8"))
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error


def _is_ours(folder: Path, project: Path) -> bool:
    """Whether a folder is free, or an earlier export."""
    if project.is_file():
        return project.read_text("utf-8", "replace").startswith(_MARK)
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _readme(
    settings: PackageSettings, library: Sources, shown: list[_Shown], entries: Mapping[str, Entry]
) -> str:
    head = f"# {settings.name}\n\n{settings.description}\n\n```\npip install .\n```\n\n"
    head += f"```python\nfrom {library.module} import *\n```\n\n"
    head += f"{len(shown)} functions. All examples below were run; `pytest` runs them again.\n"
    return head + "".join(_section(each, entries.get(each.name)) for each in shown)


def _section(shown: _Shown, entry: Entry | None) -> str:
    parts = [f"## {shown.name}", f"```python\n{shown.signature}\n```", shown.text]
    if shown.examples:
        parts.append(f"```pycon\n{shown.examples}\n```")
    if entry is not None:
        parts.append(f"Proposed by {entry.proposer}; {len(entry.support)} tasks use it.")
    return "\n" + "\n\n".join(part for part in parts if part) + "\n"


def _shown(name: str, source: str) -> _Shown:
    node = ast.parse(source).body[0]
    text = ast.get_docstring(node) or "" if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""
    parts = doctest.DocTestParser().parse(text)
    told = "".join(part for part in parts if isinstance(part, str))
    examples = [_example(part) for part in parts if isinstance(part, doctest.Example)]
    told = re.sub(r"\n{3,}", "\n\n", inspect.cleandoc(told)).strip()
    return _Shown(name, _signature(node), told, "\n".join(examples))


def _example(example: doctest.Example) -> str:
    first, *more = example.source.rstrip("\n").splitlines()
    return "\n".join([f">>> {first}", *(f"... {line}" for line in more), *example.want.splitlines()])


def _signature(node: ast.stmt) -> str:
    """The first line of a definition, or of a class that of its initialiser."""
    if isinstance(node, ast.FunctionDef):
        result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"{node.name}({ast.unparse(node.args)}){result}"
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    raise TypeError(node)

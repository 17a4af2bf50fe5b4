"""Reference libraries: functions that people wrote, which a learned library is measured against."""

import ast
from pathlib import Path

from holdfast.core.errors import UserError
from holdfast.library.banned import parsed
from holdfast.library.records import Candidate, Sources

__all__ = ["PROPOSER", "read_reference"]

PROPOSER = "reference"


def read_reference(path: Path, foundation: Sources) -> tuple[Candidate, ...]:
    """The public functions and classes of a Python file, in its order.

    Imports go with each of them, but those of the foundation, whose names are there anyway. Nothing is run.
    Raises UserError where the file cannot be read, is no Python, or has none.
    """
    try:
        text = path.read_text(encoding="utf-8")
        body = parsed(text).body
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{path} is no Python in UTF-8: {error}") from error
    lines = text.splitlines(keepends=True)
    imports = "".join(f"{ast.unparse(each)}\n" for each in body if _is_foreign(each, foundation.module))
    found = [
        Candidate(each.name, imports + _text(each, lines), PROPOSER, ())
        for each in body
        if isinstance(each, ast.FunctionDef | ast.ClassDef) and not each.name.startswith("_")
    ]
    if not found:
        raise UserError(f"{path} defines no function: name a file with functions for a reference library")
    return tuple(found)


def _is_foreign(node: ast.stmt, foundation: str) -> bool:
    """Whether it imports something that programs do not have anyway."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").rpartition(".")[2] != foundation
    return isinstance(node, ast.Import)


def _text(node: ast.FunctionDef | ast.ClassDef, lines: list[str]) -> str:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return "".join(lines[first - 1 : node.end_lineno])

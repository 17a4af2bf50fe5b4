"""Functions and files stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
FILES = sorted(path for folder in ("src", "benchmarks") for path in (ROOT / folder).rglob("*.py"))


def too_long(source: str) -> Iterator[str]:
    lines = source.count("\n")
    if lines > LONGEST_FILE:
        yield f"the file has {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{node.name} has {length} lines"


def test_the_measure_finds_what_is_too_long() -> None:
    function = "async def f():\n" + "    pass\n" * LONGEST_FUNCTION
    assert list(too_long(function)) == [f"f has {LONGEST_FUNCTION + 1} lines"]
    assert list(too_long("x = 1\n" * (LONGEST_FILE + 1))) == [f"the file has {LONGEST_FILE + 1} lines"]
    assert list(too_long("def f():\n    pass\n")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_size(path: Path) -> None:
    assert list(too_long(path.read_text(encoding="utf-8"))) == []

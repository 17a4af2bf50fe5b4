"""Reads a program by its grammar and says where it breaks; runs inside the sandbox.

Grammars are programs in C, and hostile texts make some of them take minutes and gigabytes.
"""

import importlib
import json
import sys
from typing import Any

__all__ = ["main"]


def main(module: str, name: str) -> None:
    """Print one line of JSON: null, or the line, the column and the kind of the first thing that is wrong."""
    binding = importlib.import_module("tree_sitter")
    grammar = importlib.import_module(module)
    with open(name, "rb") as file:  # noqa: PTH123 - as few modules as possible
        text = file.read()
    root = binding.Parser(binding.Language(grammar.language())).parse(text).root_node
    print(json.dumps(_wrong(root) if root.has_error else None))  # noqa: T201


def _wrong(root: Any) -> dict[str, object]:  # noqa: ANN401 - the type is of a library that may be missing
    node = root
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            break
        node = inner
    line, column = node.start_point
    return {"line": line + 1, "column": column + 1, "missing": node.type if node.is_missing else ""}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

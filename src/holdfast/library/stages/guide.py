"""What a library says of itself: its public names with their signatures and docstrings, read off its code."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from holdfast.library.definitions import exported
from holdfast.library.records import Sources

__all__ = ["Entry", "entries", "guide"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One public name."""

    name: str
    """With its class in front where it has one: `Tile.draw`."""
    head: str
    """How it is declared."""
    doc: str
    """Its docstring, empty where there is none."""


def entries(library: Sources) -> tuple[Entry, ...]:
    """All public functions, classes and methods, in the order of the files; other languages have none."""
    names = exported(library)
    return tuple(
        entry
        for path, text in sorted(library.files.items())
        if path.endswith(".py")
        for entry in _of_file(text, names)
    )


def _of_file(text: str, names: Collection[str]) -> Iterator[Entry]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            yield from _of_definition(node)


def _of_definition(node: ast.FunctionDef | ast.ClassDef, inside: str = "") -> Iterator[Entry]:
    doc = ast.get_docstring(node) or ""
    if isinstance(node, ast.FunctionDef):
        yield Entry(f"{inside}{node.name}", _head(node), doc)
        return
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    yield Entry(node.name, f"class {node.name}({bases})" if bases else f"class {node.name}", doc)
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and (not each.name.startswith("_") or each.name == "__init__"):
            yield from _of_definition(each, f"{node.name}.")


def _head(node: ast.FunctionDef) -> str:
    given = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    marks = "".join(f"@{ast.unparse(each)} " for each in node.decorator_list)
    return f"{marks}def {node.name}({ast.unparse(node.args)}){given}"


def guide(library: Sources) -> str:
    """The documentation of a library as Markdown; the same for the same code."""
    parts = [f"# The library `{library.module}`"]
    if about := _about(library):
        parts.append(about)
    parts.extend(
        f"## `{each.name}`\n\n```python\n{each.head}\n```\n\n{each.doc}".rstrip() for each in entries(library)
    )
    others = sorted(path for path in library.files if path.endswith((".v", ".lean")))
    parts += [f"## {path}\n\n```\n{library.files[path].strip()}\n```" for path in others]
    return "\n\n".join(parts) + "\n"


def _about(library: Sources) -> str:
    for path in (f"{library.module}/__init__.py", f"{library.module}.py"):
        if path in library.files:
            return ast.get_docstring(ast.parse(library.files[path])) or ""
    return ""

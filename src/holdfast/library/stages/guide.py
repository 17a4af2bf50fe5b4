"""What a library says of itself: its public names with their signatures and docstrings, read off its code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

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
    door = library.files.get(f"{library.module}/__init__.py")
    exported = None if door is None else _listed(ast.parse(door))
    return tuple(
        entry
        for path, text in sorted(library.files.items())
        if path.endswith(".py")
        for entry in _of_file(text, exported)
    )


def _of_file(text: str, exported: frozenset[str] | None) -> Iterator[Entry]:
    tree = ast.parse(text)
    listed = _listed(tree) if exported is None else exported
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _public(node.name, listed):
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


def _listed(tree: ast.Module) -> frozenset[str] | None:
    """What `__all__` lists, None where there is none that can be read."""
    for node in tree.body:
        named = isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets
        )
        if named and isinstance(node, ast.Assign):
            try:
                return frozenset(ast.literal_eval(node.value))
            except ValueError:
                return None
    return None


def _public(name: str, listed: frozenset[str] | None) -> bool:
    return name in listed if listed is not None else not name.startswith("_")


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

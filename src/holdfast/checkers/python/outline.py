"""What a module defines, as far as its text tells."""

import ast
from collections.abc import Iterator

from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["Documented", "documented", "exported", "parse_module"]

LARGEST = 1 << 20
"""Most characters of a text that is parsed."""

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def parse_module(source: Source) -> ast.Module:
    """The syntax tree of a text. Raises SourceError at what is not Python, too large or too deep."""
    if len(source.text) > LARGEST:
        raise SourceError(f"this is longer than {LARGEST} characters", file=source.name)
    try:
        return ast.parse(source.text.removeprefix("\ufeff"))
    except SyntaxError as error:
        raise SourceError(
            f"this is not Python: {error.msg}",
            file=source.name,
            line=error.lineno or 0,
            column=error.offset or 0,
        ) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise SourceError(f"this cannot be parsed: {error}", file=source.name) from error


def exported(tree: ast.Module) -> tuple[str, ...]:
    """The names that a module binds at its top level, also under conditions, in order."""
    try:
        return tuple(dict.fromkeys(_bound(tree.body)))
    except RecursionError:
        raise SourceError("this is nested too deeply") from None


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from ((alias.asname or alias.name).partition(".")[0] for alias in aliases)
            case _:
                nested = (getattr(statement, name, []) for name in ("body", "orelse", "finalbody"))
                yield from _bound([one for part in nested for one in part])
                yield from _assigned(statement)


def _assigned(statement: ast.stmt) -> Iterator[str]:
    for node in ast.iter_child_nodes(statement):
        for one in ast.walk(node) if isinstance(node, ast.expr) else ():
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                yield one.id


def documented(tree: ast.Module) -> Iterator[tuple[str, Documented]]:
    """What doctest would look at, with names such as `Stack.push`; the module itself has an empty name."""
    yield "", tree
    yield from _inside(tree.body, "")


def _inside(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Documented]]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = prefix + statement.name
            yield name, statement
            if isinstance(statement, ast.ClassDef):
                yield from _inside(statement.body, f"{name}.")

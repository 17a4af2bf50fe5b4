"""Names that a body uses and nothing binds, found without running it."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from holdfast.checkers.python.document import Document, Function
from holdfast.checkers.python.outline import exported

__all__ = ["bound_in", "unknown_name"]

_IMPLICIT = frozenset({"__class__", "__name__", "__doc__", "__file__", "__package__", "__spec__"})


def bound_in(document: Document, function: Function) -> frozenset[str] | None:
    """Every name that is known where the body stands; None where the file imports everything."""
    nodes = list(ast.walk(document.tree))
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        return None
    declared = [name for node in nodes if isinstance(node, ast.Global) for name in node.names]
    own = _bindings(ast.walk(function.node.args))
    return frozenset((*exported(document.tree), *declared, *own, *dir(builtins), *_IMPLICIT))


def unknown_name(statements: Sequence[ast.stmt], bound: frozenset[str] | None) -> str:
    """The first name of a body that nothing binds, empty where there is none."""
    if bound is None:
        return ""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        return ""
    known = bound.union(_bindings(nodes))
    used = (node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return next((name for name in used if name not in known), "")


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names bound anywhere: too many rather than too few, since scopes are not told apart."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.alias(name=name):
                yield name.partition(".")[0]
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                yield name
            case _:
                pass

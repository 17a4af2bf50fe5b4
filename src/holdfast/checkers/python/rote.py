"""Bodies that pass tests by rote: they single out an input of a test, or ignore what they are given.

Tests cannot tell such a body from one that does what was meant, so search leaves it and goes on.
"""

import ast
from collections.abc import Iterator, Sequence

from holdfast.checkers.python.brief import Brief
from holdfast.checkers.python.inside.wire import Plain
from holdfast.checkers.python.suite import CallCase, Case

__all__ = ["by_rote"]

_COMMON: tuple[Plain, ...] = (None, True, False, -2, -1, 0, 1, 2, 10, 0.0, 0.5, 1.0, "", " ", b"", (), [], {})
"""Values that bodies compare with for good reasons."""


def by_rote(
    statements: Sequence[ast.stmt], brief: Brief, shown: Sequence[Case], hidden: Sequence[Case] = ()
) -> str:
    """Why a body looks as if it knew the tests and not the task, as a clause; empty where it does not.

    Args:
        statements: the body.
        brief: what it was made from.
        shown: the tests that proposers see.
        hidden: the others; nothing is said of them but that one has an input which the body singles out.
    """
    if (name := _ignored(statements, brief)) is not None:
        return f"it ignores {name}, so no test needs that parameter"
    if (text := _singled_out(statements, brief, shown)) is not None:
        return f"it singles out {text}, an input of the tests"
    if _singled_out(statements, brief, hidden) is not None:
        return "it singles out an input of a test that was not shown"
    return ""


def _ignored(statements: Sequence[ast.stmt], brief: Brief) -> str | None:
    """The first parameter that a body does not name; those that begin with `_` may be ignored."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    if "locals" in used or "super" in used:
        return None
    names = [each.name.lstrip("*") for each in brief.inputs]
    given = names[1:] if brief.method else names
    return next((name for name in given if name not in used and not name.startswith("_")), None)


def _singled_out(statements: Sequence[ast.stmt], brief: Brief, cases: Sequence[Case]) -> str | None:
    inputs = {
        repr(value)
        for case in cases
        if isinstance(case, CallCase)
        for value in (*case.call.arguments, *(value for _, value in case.call.keywords))
        if not _is_common(value)
    }
    prose = "\n".join(line for line in brief.docstring.splitlines() if not line.lstrip().startswith(">>>"))
    words = set(prose.partition("\n\n")[0].replace(",", " ").replace(".", " ").split())
    for node in _compared(statements):
        try:
            text = repr(ast.literal_eval(node))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        if text in inputs and text.strip("'") not in words:
            return text
    return None


def _is_common(value: Plain) -> bool:
    return any(type(value) is type(each) and value == each for each in _COMMON)


def _compared(statements: Sequence[ast.stmt]) -> Iterator[ast.expr]:
    """Expressions that something is compared with, or looked up by."""
    for statement in statements:
        for node in ast.walk(statement):
            match node:
                case ast.Compare(left=left, ops=ops, comparators=others) if _is_equality(ops):
                    yield left
                    for other in others:
                        yield other
                        yield from other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else ()
                case ast.MatchValue(value=value):
                    yield value
                case ast.Dict(keys=keys):
                    yield from (key for key in keys if key is not None)
                case _:
                    pass


def _is_equality(operators: Sequence[ast.cmpop]) -> bool:
    return any(isinstance(each, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for each in operators)

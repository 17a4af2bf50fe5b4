"""Reads single assertions as calls and expectations, without running any of the test's code."""

import ast
import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from holdfast.checkers.python.fold import NotConstant, fold
from holdfast.checkers.python.inside.wire import Plain
from holdfast.checkers.python.suite import Call, Expectation, Expression, Raises, Returns, Tolerance, Truth
from holdfast.checkers.python.views import INSIDE, VIEWS

__all__ = ["Names", "assertion", "call_of", "raising"]

_APPROX = {"pytest.approx", "approx"}
_CLOSE = {"math.isclose", "isclose"}
_BUILT_IN = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the names of a test mean."""

    functions: Mapping[str, str] = field(default_factory=dict)
    """Names of the test, and what they are called in the tested module."""
    modules: frozenset[str] = frozenset()
    """Names, with dots perhaps, that stand for the tested module as a whole."""
    values: Mapping[str, Plain] = field(default_factory=dict)
    """Names of constants."""

    def having(self, values: Mapping[str, Plain]) -> "Names":
        """These names and more constants."""
        return replace(self, values={**self.values, **values})

    def path(self, node: ast.expr) -> str | None:
        """What an expression is called in the tested module, None where it is nothing of it."""
        match node:
            case ast.Name(id=name) if name not in self.values:
                return self.functions.get(name)
            case ast.Attribute(value=base, attr=name):
                if ast.unparse(base) in self.modules:
                    return name
                inner = self.path(base)
                return None if inner is None else f"{inner}.{name}"
            case _:
                return None


def call_of(node: ast.expr, names: Names) -> Call | None:
    """The call that an expression is, seen through functions perhaps; None where it is not just that."""
    if not isinstance(node, ast.Call):
        return None
    path = names.path(node.func)
    if path is None or path == "asyncio.run":
        return _viewed(node, names)
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return None
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    try:
        arguments = tuple(_argument(argument, names) for argument in node.args)
        keywords = tuple((str(one.arg), _argument(one.value, names)) for one in node.keywords)
    except NotConstant:
        return None
    return Call(path, arguments, keywords)


def _viewed(node: ast.Call, names: Names) -> Call | None:
    match node:
        case ast.Call(func=function, args=[inner], keywords=[]):
            name = ast.unparse(function)
            if name in names.functions or name in names.values or name not in VIEWS.keys() | INSIDE:
                return None
            call = call_of(inner, names)
            if call is None or (name in INSIDE and call.through):
                return None
            return replace(call, through=(*call.through, name))
        case _:
            return None


def _argument(node: ast.expr, names: Names) -> Plain:
    """A constant, or an expression for the sandbox over built-ins and names of the tested module."""
    try:
        value = fold(node, names.values)
        return _expression(node) if isinstance(value, range) else value
    except NotConstant:
        if _is_portable(node, names):
            return _expression(node)
        raise


def _expression(node: ast.expr) -> Expression:
    return Expression(ast.unparse(node))


def _is_portable(node: ast.expr, names: Names) -> bool:
    bound = {
        one.arg if isinstance(one, ast.arg) else one.id
        for one in ast.walk(node)
        if isinstance(one, ast.arg) or (isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    }
    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - bound
    return all(
        name not in names.values and (names.functions.get(name) == name or name in _BUILT_IN) for name in used
    )


def assertion(test: ast.expr, names: Names) -> list[tuple[Call, Expectation]] | None:
    """What `assert test` says of calls of the tested module; None where it is not to be read so."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        parts = [assertion(value, names) for value in test.values]
        read = [part for part in parts if part is not None]
        return [one for part in read for one in part] if len(read) == len(parts) else None
    found = _comparison(test, names) or _closeness(test, names) or _truth(test, names)
    return None if found is None else [found]


def _comparison(test: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return _equality(left, right, names) or _equality(right, left, names)
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=value)]) if (
            value is None or isinstance(value, bool)
        ):
            call = call_of(left, names)
            return None if call is None else (call, Returns(value))
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[right]):
            return _distance(left, right, names)
        case _:
            return None


def _equality(left: ast.expr, right: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    call = call_of(left, names)
    if call is None:
        return None
    try:
        expected, tolerance = _expected(right, names)
    except NotConstant:
        return None
    if isinstance(expected, range):
        return None
    return call, Returns(expected, exact=False, tolerance=tolerance)


def _expected(node: ast.expr, names: Names) -> tuple[Plain, Tolerance | None]:
    match node:
        case ast.Call(func=function, args=[value, *rest], keywords=keywords) if (
            ast.unparse(function) in _APPROX and len(rest) <= 2
        ):
            options = dict(zip(("rel", "abs"), rest, strict=False)) | {
                str(one.arg): one.value for one in keywords
            }
            return fold(value, names.values), _approx(options, names)
        case _:
            return fold(node, names.values), None


def _approx(options: Mapping[str, ast.expr], names: Names) -> Tolerance:
    if not options.keys() <= {"rel", "abs"}:
        raise NotConstant("an option of approx")
    given = {name: fold(node, names.values) for name, node in options.items()}
    relative = given.get("rel", 0.0 if "abs" in given else 1e-6)
    return Tolerance(relative=relative, absolute=given.get("abs", 1e-12))


def _closeness(test: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    match test:
        case ast.Call(func=function, args=[left, right], keywords=keywords) if (
            ast.unparse(function) in _CLOSE
        ):
            options = {str(one.arg): one.value for one in keywords}
            return _near(left, right, options, names) or _near(right, left, options, names)
        case _:
            return None


def _near(
    left: ast.expr, right: ast.expr, options: Mapping[str, ast.expr], names: Names
) -> tuple[Call, Expectation] | None:
    call = call_of(left, names)
    if call is None or not options.keys() <= {"rel_tol", "abs_tol"}:
        return None
    try:
        given = {name: fold(node, names.values) for name, node in options.items()}
        tolerance = Tolerance(relative=given.get("rel_tol", 1e-9), absolute=given.get("abs_tol", 0.0))
        return call, Returns(fold(right, names.values), exact=False, tolerance=tolerance)
    except NotConstant:
        return None


def _distance(left: ast.expr, limit: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    """`abs(f(x) - y) < limit`, either way round."""
    match left:
        case ast.Call(
            func=ast.Name(id="abs"),
            args=[ast.BinOp(left=one, op=ast.Sub(), right=other)],
            keywords=[],
        ):
            for subject, expected in ((one, other), (other, one)):
                call = call_of(subject, names)
                if call is not None:
                    return _within(call, expected, limit, names)
        case _:
            pass
    return None


def _within(call: Call, expected: ast.expr, limit: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    try:
        value, allowed = fold(expected, names.values), fold(limit, names.values)
    except NotConstant:
        return None
    if isinstance(value, int | float) and isinstance(allowed, int | float):
        return call, Returns(value, exact=False, tolerance=Tolerance(absolute=allowed))
    return None


def _truth(test: ast.expr, names: Names) -> tuple[Call, Expectation] | None:
    wanted = True
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, wanted = test.operand, not wanted
    call = call_of(test, names)
    return None if call is None else (call, Truth(wanted))


def raising(manager: ast.expr, body: Iterable[ast.stmt], names: Names) -> tuple[Call, Expectation] | None:
    """What `with pytest.raises(...): call` says; None where it is not just that."""
    match manager, list(body):
        case ast.Call(func=function, args=[kinds], keywords=keywords), [ast.Expr(value=subject)] if (
            ast.unparse(function) in {"pytest.raises", "raises"}
        ):
            call, text = call_of(subject, names), _matched(keywords)
            exceptions = _exceptions(kinds, names)
            if call is None or text is None or exceptions is None:
                return None
            return call, Raises(exceptions, text)
        case _:
            return None


def _matched(keywords: Iterable[ast.keyword]) -> str | None:
    """What the message has to contain; None where that is a pattern, which only the test itself can try."""
    text = ""
    for keyword in keywords:
        match keyword:
            case ast.keyword(arg="match", value=ast.Constant(value=str(pattern))) if not (
                set(pattern) & set(".^$*+?{}[]\\|()")
            ):
                text = pattern
            case _:
                return None
    return text


def _exceptions(node: ast.expr, names: Names) -> tuple[str, ...] | None:
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    found: list[str] = []
    for one in nodes:
        path = names.path(one)
        if path is None and isinstance(one, ast.Name) and one.id in _BUILT_IN:
            path = one.id
        if path is None:
            return None
        found.append(path)
    return tuple(found)

"""Works out constant expressions of test files without running them."""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from holdfast.checkers.python.inside.wire import Plain

__all__ = ["NotConstant", "fold"]

_LARGEST = 100_000
"""Most items or characters of a value that is worked out, and most bits of an int."""
_UNARY: dict[type[ast.unaryop], Callable[[Plain], Plain]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_,
}  # fmt: skip
_BINARY: dict[type[ast.operator], Callable[[Plain, Plain], Plain]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_, ast.BitXor: operator.xor, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}  # fmt: skip
_CALLS: dict[str, Callable[..., Plain]] = {
    "set": set, "frozenset": frozenset, "tuple": tuple, "list": list, "dict": dict, "float": float,
    "int": int, "complex": complex, "bytes": bytes, "str": str, "sorted": sorted, "abs": abs, "sum": sum,
    "len": len, "min": min, "max": max, "range": range, "round": round, "bool": bool,
}  # fmt: skip
_NAMES: dict[str, Plain] = {
    "math.pi": math.pi, "math.e": math.e, "math.inf": math.inf, "math.nan": math.nan, "math.tau": math.tau,
}  # fmt: skip


class NotConstant(Exception):  # noqa: N818 - an answer rather than an error
    """The expression depends on what is not known before the tests run."""


def fold(node: ast.expr, names: Mapping[str, Plain] | None = None) -> Plain:
    """The value of an expression over literals, arithmetic, a few built-in functions, and `names`.

    A `range` comes back as it is. Raises NotConstant on all else, on what would raise, and on large values.
    """
    try:
        return _Folder(names or {}).value(node)
    except NotConstant:
        raise
    except Exception as error:
        raise NotConstant(str(error)) from error


class _Folder:
    def __init__(self, names: Mapping[str, Plain]) -> None:
        self._names = names

    def value(self, node: ast.expr) -> Plain:
        match node:
            case ast.Constant(value=value) if value is not Ellipsis:
                return value
            case ast.Name(id=name) if name in self._names:
                return self._names[name]
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self.value(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self.value(left), self.value(right))
            case ast.Call() | ast.Attribute() | ast.Subscript():
                return self._reached(node)
            case _:
                return self._container(node)

    def _container(self, node: ast.expr) -> Plain:
        match node:
            case ast.List(elts=items):
                return self._items(items)
            case ast.Tuple(elts=items):
                return tuple(self._items(items))
            case ast.Set(elts=items):
                return set(self._items(items))
            case ast.Dict(keys=keys, values=values) if None not in keys:
                filled = [self.value(key) for key in keys if key is not None]
                return dict(zip(filled, self._items(values), strict=True))
            case _:
                raise NotConstant(ast.unparse(node))

    def _items(self, nodes: list[ast.expr]) -> list[Plain]:
        return [self.value(node) for node in nodes]

    def _binary(self, op: ast.operator, left: Plain, right: Plain) -> Plain:
        if isinstance(op, ast.Pow | ast.LShift) and not _small_power(left, right):
            raise NotConstant("a large power")
        if isinstance(op, ast.Mult):
            for count, other in ((left, right), (right, left)):
                if isinstance(count, int) and not isinstance(other, int | float | complex):
                    _limit(count * len(other))
        if isinstance(op, ast.Mod) and not isinstance(left, int | float):
            raise NotConstant("a formatted text")
        return _limited(_BINARY[type(op)](left, right))

    def _reached(self, node: ast.Call | ast.Attribute | ast.Subscript) -> Plain:
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _CALLS:
                if name in self._names:
                    raise NotConstant(name)
                values = self._items(arguments)
                if name == "range":
                    _limit(len(range(*values)))
                if name in {"bytes", "bytearray"} and values and isinstance(values[0], int):
                    _limit(values[0])
                return _limited(_CALLS[name](*values))
            case ast.Attribute() if (name := ast.unparse(node)) in _NAMES:
                return _NAMES[name]
            case ast.Subscript(value=inner, slice=index) if not isinstance(index, ast.Slice):
                return self.value(inner)[self.value(index)]
            case _:
                raise NotConstant(ast.unparse(node))


def _small_power(left: Plain, right: Plain) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        return abs(right) * max(left.bit_length(), 1) <= _LARGEST
    return isinstance(left, float | complex) or isinstance(right, float | complex)


def _limited(value: Plain) -> Plain:
    if isinstance(value, int):
        _limit(value.bit_length())
    elif hasattr(value, "__len__"):
        _limit(len(value))
    return value


def _limit(size: int) -> None:
    if size > _LARGEST:
        raise NotConstant("a large value")

"""Operators on numbers and truth values."""

import operator
from typing import Final

from holdfast.models.synthesis.kinds import call, infix, method, op
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op

__all__ = ["COMPARISONS", "NUMBERS"]

_BITS = 256


def _times(left: Plain, right: Plain) -> Plain:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _BITS:
        raise OverflowError
    return left * right


def _power(base: Plain, exponent: Plain) -> Plain:
    if abs(exponent) > _BITS or (isinstance(base, int) and base.bit_length() * abs(exponent) > _BITS):
        raise OverflowError
    return base**exponent


def _divides(left: int, right: int) -> bool:
    return left % right == 0


def _range(stop: int) -> list[int]:
    return _between(0, stop)


def _between(start: int, stop: int) -> list[int]:
    if stop - start > 300:
        raise OverflowError
    return list(range(start, stop))


def _upto(stop: int) -> list[int]:
    return _between(1, stop + 1)


def _inclusive(start: int, stop: int) -> list[int]:
    return _between(start, stop + 1)


def _every(stop: int, step: int) -> list[int]:
    if stop > 300 * abs(step):
        raise OverflowError
    return list(range(0, stop, step))


def _down(start: int) -> list[int]:
    return _between(1, start + 1)[::-1]


def _chr(code: int) -> str:
    return chr(code)


NUMBERS: Final[tuple[Op, ...]] = (
    infix("+", "nn", "", operator.add, 10, commutes=True),
    infix("-", "nn", "", operator.sub, 10),
    infix("*", "nn", "", _times, 11, commutes=True),
    infix("//", "ii", "int", operator.floordiv, 11, cost=2),
    infix("%", "ii", "int", operator.mod, 11, cost=2),
    infix("/", "nn", "float", operator.truediv, 11),
    op("**", "nn", "", _power, "{} ** {}", strength=13, places=(14, 13), cost=2),
    op("negative", "n", "", operator.neg, "-{}", strength=12, places=(12,), cost=2),
    call("abs", "n", "", abs),
    call("min", "nn", "", min, commutes=True),
    call("max", "nn", "", max, commutes=True),
    call("int", "f", "int", int),
    call("round", "f", "int", round),
    call("round", "fi", "float", round),
    call("str", "n", "str", str),
    call("chr", "i", "str", _chr),
    call("bin", "i", "str", bin, cost=2),
    call("hex", "i", "str", hex, cost=2),
    op("format_bin", "i", "str", "{:b}".format, 'format({}, "b")', cost=2),
    op("range", "i", "list[int]", _range, "list(range({}))", bare="range({})"),
    op(
        "range_upto", "i", "list[int]", _upto, "list(range(1, {} + 1))", places=(10,), bare="range(1, {} + 1)"
    ),
    op("range2", "ii", "list[int]", _between, "list(range({}, {}))", bare="range({}, {})", cost=2),
    op(
        "range2_upto",
        "ii",
        "list[int]",
        _inclusive,
        "list(range({}, {} + 1))",
        places=(0, 10),
        bare="range({}, {} + 1)",
        cost=2,
    ),
    op("range_step", "ii", "list[int]", _every, "list(range(0, {}, {}))", bare="range(0, {}, {})", cost=2),
    op("range_down", "i", "list[int]", _down, "list(range({}, 0, -1))", bare="range({}, 0, -1)", cost=2),
    method("bit_count", "i", "int", int.bit_count, cost=3),
)

COMPARISONS: Final[tuple[Op, ...]] = (
    infix("==", "hh", "bool", operator.eq, 5, commutes=True, alike=True, symmetric=True),
    infix("==", "LL", "bool", operator.eq, 5, commutes=True, alike=True, symmetric=True),
    infix("==", "dd", "bool", operator.eq, 5, commutes=True, symmetric=True),
    infix("==", "ee", "bool", operator.eq, 5, commutes=True, symmetric=True),
    infix("!=", "hh", "bool", operator.ne, 5, commutes=True, alike=True, symmetric=True),
    infix("<", "nn", "bool", operator.lt, 5, symmetric=True),
    infix("<=", "nn", "bool", operator.le, 5, symmetric=True),
    infix("<", "ss", "bool", operator.lt, 5, cost=2, symmetric=True),
    infix("<=", "ss", "bool", operator.le, 5, cost=2, symmetric=True),
    op("divides", "ii", "bool", _divides, "{} % {} == 0", strength=5, places=(11, 12), cost=2),
    op("not", "b", "bool", operator.not_, "not {}", strength=4, places=(4,)),
    op("and", "bb", "bool", operator.and_, "{} and {}", strength=3, places=(3, 4), commutes=True),
    op("or", "bb", "bool", operator.or_, "{} or {}", strength=2, places=(2, 3), commutes=True),
)

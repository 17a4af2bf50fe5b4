"""Vectors of values, one value for each point at which an expression is tried: their kinds and their keys."""

import marshal
from collections.abc import Iterable
from typing import Final, TypeAlias

from holdfast.models.synthesis.task import Plain

__all__ = [
    "ERROR",
    "Vector",
    "all_small",
    "equal_bits",
    "failing",
    "holding",
    "is_total",
    "key_of",
    "kind_of",
    "same",
    "small",
]

Vector: TypeAlias = tuple[Plain, ...]

ERROR: Final = ...
"""Stands where an expression raised; no plain value is equal to it."""

_LARGEST_INT = 1 << 128
_LONGEST = 2000
_NAMES = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "set",
    type(None): "none",
    bytes: "bytes",
}
_SIZED = (str, list, tuple, dict, set, frozenset)


def _mixed(types: set[type]) -> str:
    if len(types) == 1:
        (only,) = types
        return "list" if only is list else _NAMES.get(only, "any")
    return "float" if types == {int, float} else "any"


def kind_of(vector: Iterable[Plain]) -> str:
    """What the values of a vector are: `int`, `list[str]`, ..., or `any` for a mixture.

    >>> kind_of((1, ERROR, 2)), kind_of(([], ["a"])), kind_of(((),)), kind_of((1, None)), kind_of(([],))
    ('int', 'list[str]', 'tuple', 'any', 'list[]')
    """
    values = [value for value in vector if value is not ERROR]
    kind = _mixed(set(map(type, values)))
    if kind != "list":
        return kind
    inside = {type(item) for value in values for item in value}
    return f"list[{_mixed(inside)}]" if inside else "list[]"


def key_of(vector: Vector) -> int:
    """A number that two vectors share when they hold the same values of the same types.

    >>> key_of((1, 2)) == key_of((1, 2)), key_of((1,)) == key_of((True,)), key_of((0,)) == key_of((0.0,))
    (True, False, False)
    """
    return hash(marshal.dumps(vector, 2))


def is_total(vector: Vector) -> bool:
    """Whether no value is missing."""
    return all(value is not ERROR for value in vector)


def small(value: Plain) -> bool:
    """Whether a value may be worked with further."""
    kind = type(value)
    if kind is int:
        return bool(-_LARGEST_INT < value < _LARGEST_INT)
    return kind not in _SIZED or len(value) <= _LONGEST


def all_small(vector: Vector) -> bool:
    """Whether all of its values may be worked with further."""
    first = type(vector[0])
    try:
        if first is int:
            return bool(max(vector) < _LARGEST_INT and min(vector) > -_LARGEST_INT)
        if first in _SIZED:
            return bool(max(map(len, vector)) <= _LONGEST)
    except TypeError:
        pass
    return all(map(small, vector))


def equal_bits(left: Vector, right: Vector) -> int:
    """Which points agree, as a number with one byte a point."""
    return int.from_bytes(
        bytes(a is b or (type(a) is type(b) and a == b) for a, b in zip(left, right, strict=True))
    )


def holding(vector: Vector) -> int:
    """At which points True stands, as a number with one byte a point."""
    return int.from_bytes(bytes(item is True for item in vector))


def failing(vector: Vector) -> int:
    """At which points False stands, likewise."""
    return int.from_bytes(bytes(item is False for item in vector))


def same(left: Plain, right: Plain) -> bool:
    """Equality that also compares types, all the way down.

    >>> same([1, (2,)], [1, (2,)]), same(1, True), same([1], [1.0]), same({1: "a"}, {1: "a"})
    (True, False, False, True)
    """
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right) or left != left

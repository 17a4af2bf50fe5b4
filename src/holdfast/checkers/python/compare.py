"""Compares what came back with what was expected, as trees, without building any object of the candidate's.

Sets and keys are compared by their written form: hashed containers made of a hostile candidate's numbers
could be made to take hours to build.
"""

import json
import math
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.checkers.python.inside.wire import DEPTH, Malformed, Tree, decode
from holdfast.checkers.python.show import array, kind_of, pairs, shorten
from holdfast.checkers.python.verdicts import Reason

__all__ = ["Difference", "Tolerance", "differ", "value_of"]

_HASHED = 5_000
"""Most items of a set or dictionary that is built on this side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a float may be from the expected one: within `absolute`, or `relative` times the expected."""

    relative: float = 0.0
    absolute: float = 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Why two values are not the same."""

    reason: Reason
    message: str


_Number: TypeAlias = int | float | complex


def differ(
    expected: Tree, actual: Tree, *, exact: bool, tolerance: Tolerance | None = None
) -> Difference | None:
    """The first difference, None where the values are the same.

    With `exact`, types have to be the same throughout; else numbers compare as `==` compares them, a set may
    stand for a frozenset, and an object of a subclass counts as the plain data it consists of. A nan equals a
    nan. Raises Malformed where `actual` is not of the agreed form.
    """
    return _Comparison(exact=exact, tolerance=tolerance).differ(expected, actual, "", 0)


def value_of(tree: Tree) -> object:
    """The Python value of an answer. Raises Malformed also where a set or dictionary in it is very large."""
    _count_hashed(tree, 0)
    return decode(tree)


def _count_hashed(tree: Tree, depth: int) -> None:
    if depth > 4 * DEPTH:
        raise Malformed("the value is nested too deeply")
    if isinstance(tree, dict):
        for tag, body in tree.items():
            if tag in {"s", "z", "d"} and len(array(body)) > _HASHED:
                raise Malformed("a set or dictionary is too large to be built here")
            _count_hashed(body, depth + 1)
    elif isinstance(tree, list):
        for item in tree:
            _count_hashed(item, depth + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    exact: bool
    tolerance: Tolerance | None

    def differ(self, expected: Tree, actual: Tree, path: str, depth: int) -> Difference | None:
        if depth > DEPTH:
            raise Malformed("the value is nested too deeply")
        expected, actual = self._bare(expected), self._bare(actual)
        left, right = _number(expected), _number(actual)
        if left is not None and right is not None:
            return self._numbers((expected, left), (actual, right), path)
        if self._family(expected) != self._family(actual):
            return _mistyped(expected, actual, path)
        if isinstance(expected, list):
            return self._items(expected, actual, path, depth)
        if isinstance(expected, dict):
            return self._tagged(expected, actual, path, depth)
        return None if expected == actual else _unequal(expected, actual, path)

    def _bare(self, tree: Tree) -> Tree:
        return tree if self.exact else _plain_below(tree)

    def _family(self, tree: Tree) -> str:
        kind = kind_of(tree)
        return "set" if kind == "frozenset" and not self.exact else kind

    def _numbers(
        self, expected: tuple[Tree, _Number], actual: tuple[Tree, _Number], path: str
    ) -> Difference | None:
        if self.exact and kind_of(expected[0]) != kind_of(actual[0]):
            return _mistyped(expected[0], actual[0], path)
        near = self.tolerance is not None and _near(expected[1], actual[1], self.tolerance)
        return None if near or _equal(expected[1], actual[1]) else _unequal(expected[0], actual[0], path)

    def _items(self, expected: list[Tree], actual: list[Tree], path: str, depth: int) -> Difference | None:
        if len(expected) != len(actual):
            return _unequal(expected, actual, path, f" ({len(expected)} items against {len(actual)})")
        for at, (left, right) in enumerate(zip(expected, actual, strict=True)):
            if found := self.differ(left, right, f"{path}[{at}]", depth + 1):
                return found
        return None

    def _tagged(self, expected: Tree, actual: Tree, path: str, depth: int) -> Difference | None:
        ((tag, body),) = expected.items()
        ((_, other),) = actual.items()
        if tag == "t":
            return self._items(body, array(other), path, depth)
        if tag == "d":
            return self._pairs(expected, actual, path, depth)
        if tag in {"s", "z"}:
            same = _canonical(expected, exact=self.exact) == _canonical(actual, exact=self.exact)
        else:
            same = tag == "b" and body == other
        return None if same else _unequal(expected, actual, path)

    def _pairs(self, expected: Tree, actual: Tree, path: str, depth: int) -> Difference | None:
        left, right = (
            {_canonical(key, exact=self.exact): (key, value) for key, value in pairs(tree["d"])}
            for tree in (expected, actual)
        )
        if left.keys() != right.keys() or len(right) != len(actual["d"]):
            return _unequal(expected, actual, path)
        for text, (key, value) in left.items():
            if found := self.differ(value, right[text][1], f"{path}[{shorten(key)}]", depth + 1):
                return found
        return None


def _plain_below(tree: Tree) -> Tree:
    if isinstance(tree, dict) and isinstance(tree.get("o"), list) and len(tree["o"]) == 3:
        return tree["o"][2]
    return tree


def _number(tree: Tree) -> _Number | None:
    if isinstance(tree, bool | int | float):
        return tree
    if isinstance(tree, dict) and ("i" in tree or "c" in tree):
        number = decode(tree)
        assert isinstance(number, int | complex)
        return number
    return None


def _equal(left: _Number, right: _Number) -> bool:
    return left == right or (left != left and right != right)


def _near(left: _Number, right: _Number, tolerance: Tolerance) -> bool:
    try:
        gap = abs(left - right)
        allowed = max(tolerance.relative * abs(left), tolerance.absolute)
        return math.isfinite(gap) and gap <= allowed
    except OverflowError:
        return False


def _canonical(tree: Tree, *, exact: bool) -> str:
    """A text that equal values share. Raises Malformed."""
    return json.dumps(_normal(tree, exact, 0))


def _normal(tree: Tree, exact: bool, depth: int) -> Tree:  # noqa: FBT001 - calls itself throughout
    if depth > DEPTH:
        raise Malformed("the value is nested too deeply")
    if not exact:
        tree = _plain_below(tree)
    number = _number(tree)
    if number is not None:
        return _normal_number(number, exact=exact)
    kind = kind_of(tree)
    if isinstance(tree, list):
        return [kind, *(_normal(item, exact, depth + 1) for item in tree)]
    if not isinstance(tree, dict):
        return [kind, tree]
    ((tag, body),) = tree.items()
    if tag == "d":
        rows = (
            [_normal(key, exact, depth + 1), _normal(value, exact, depth + 1)] for key, value in pairs(body)
        )
        return [kind, *sorted(json.dumps(row) for row in rows)]
    if tag in {"t", "s", "z"}:
        items = [json.dumps(_normal(item, exact, depth + 1)) for item in array(body)]
        return [kind, *items] if tag == "t" else [kind if exact else "set", *sorted(items)]
    return [kind, body]


def _normal_number(number: _Number, *, exact: bool) -> Tree:
    if exact:
        return [type(number).__name__, _digits(number + 0 if isinstance(number, float) else number)]
    if isinstance(number, complex) and not number.imag:
        number = number.real
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return ["number", _digits(number)]


def _digits(number: _Number) -> str:
    return hex(number) if isinstance(number, int) else repr(number)


def _unequal(expected: Tree, actual: Tree, path: str, more: str = "") -> Difference:
    text = f"expected {shorten(expected)}{_at(path)}, got {shorten(actual)}{more}"
    return Difference(Reason.WRONG_VALUE, text)


def _mistyped(expected: Tree, actual: Tree, path: str) -> Difference:
    ours, theirs = (_article(kind_of(tree)) for tree in (expected, actual))
    return Difference(Reason.WRONG_TYPE, f"expected {ours}{_at(path)}, got {theirs}: {shorten(actual)}")


def _at(path: str) -> str:
    return f" at {path}" if path else ""


def _article(kind: str) -> str:
    return "None" if kind == "NoneType" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"

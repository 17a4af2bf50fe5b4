"""Values like those that the tests of a function use: drawn here, and told in the words of hypothesis."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.inside.wire import Plain

__all__ = ["Strategy", "strategy_for"]

_LONGEST = 8
"""Most items that are drawn, where the tests have no more."""
_WIDEST = 20
"""Numbers are drawn up to this size, or twice the largest of the tests."""
_LETTERS = "abAB 01"


@dataclass(frozen=True, slots=True)
class Strategy:
    """A kind of values."""

    kind: str
    """The name of their class."""
    code: str
    """What hypothesis calls them, where its strategies are `st`."""
    draw: Callable[[random.Random], Plain]


def strategy_for(values: Sequence[Plain]) -> Strategy | None:
    """Values in the manner of some: of their type, within a little more than their bounds, empty if some are.

    None where there are none, or of different types, or of one that is not drawn.
    """
    kinds = {type(value) for value in values}
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind is bool:
        return Strategy("bool", "st.booleans()", lambda rng: rng.random() < 0.5)
    if kind is int:
        return _integers(values)
    if kind is float:
        high = _rounded(max(abs(value) for value in values))
        low = 0 if min(values) >= 0 else -high
        code = f"st.integers({low}, {high}).map(float)"
        return Strategy("float", code, lambda rng: float(rng.randint(low, high)))
    if kind is str:
        return _texts(values)
    if kind is tuple and len({len(value) for value in values}) == 1:
        return _rows(values)
    if kind in {list, tuple, set, frozenset}:
        return _many(kind, values)
    return _pairs(values) if kind is dict else None


def _integers(values: Sequence[int]) -> Strategy:
    high = _rounded(max(abs(value) for value in values))
    least = min(values)
    low = -high if least < 0 else min(least, 1)
    return Strategy("int", f"st.integers({low}, {high})", lambda rng: rng.randint(low, high))


def _rounded(size: float) -> int:
    return max(_WIDEST, 2 * int(min(size, 1e6)))


def _sizes(values: Sequence[Plain]) -> tuple[int, int]:
    """The fewest and the most items."""
    lengths = [len(value) for value in values]
    return min(*lengths, 1) if len(lengths) > 1 else min(lengths[0], 1), max(_LONGEST, *lengths)


def _texts(values: Sequence[str]) -> Strategy:
    fewest, most = _sizes(values)
    letters = "".join(sorted({*"".join(values), *_LETTERS}))

    def draw(rng: random.Random) -> str:
        return "".join(rng.choices(letters, k=rng.randint(fewest, most)))

    return Strategy("str", f"st.text({letters!r}, min_size={fewest}, max_size={most})", draw)


def _rows(values: Sequence[tuple[Plain, ...]]) -> Strategy | None:
    columns = [strategy_for(column) for column in zip(*values, strict=True)]
    known = [column for column in columns if column is not None]
    if not known or len(known) < len(columns):
        return None
    code = f"st.tuples({', '.join(column.code for column in known)})"
    return Strategy("tuple", code, lambda rng: tuple(column.draw(rng) for column in known))


def _many(kind: type, values: Sequence[Plain]) -> Strategy | None:
    inner = strategy_for([item for value in values for item in value])
    if inner is None:
        return None
    fewest, most = _sizes(values)
    words = {"set": "sets", "frozenset": "frozensets"}.get(kind.__name__, "lists")
    code = f"st.{words}({inner.code}, min_size={fewest}, max_size={most})"

    def draw(rng: random.Random) -> Plain:
        return kind(inner.draw(rng) for _ in range(rng.randint(fewest, most)))

    return Strategy(kind.__name__, f"{code}.map(tuple)" if kind is tuple else code, draw)


def _pairs(values: Sequence[dict[Plain, Plain]]) -> Strategy | None:
    keys = strategy_for([key for value in values for key in value])
    items = strategy_for([item for value in values for item in value.values()])
    if keys is None or items is None:
        return None
    fewest, most = _sizes(values)

    def draw(rng: random.Random) -> Plain:
        return {keys.draw(rng): items.draw(rng) for _ in range(rng.randint(fewest, most))}

    code = f"st.dictionaries({keys.code}, {items.code}, min_size={fewest}, max_size={most})"
    return Strategy("dict", code, draw)

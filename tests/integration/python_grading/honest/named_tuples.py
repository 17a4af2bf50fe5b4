import collections
import typing

Pair = collections.namedtuple("Pair", "left right")


class Range(typing.NamedTuple):
    low: int
    high: int


def pair(a, b):
    """
    >>> pair(1, 2)
    Pair(left=1, right=2)
    >>> pair(1, 2).left
    1
    """
    return Pair(a, b)


def bounds(xs):
    return Range(min(xs), max(xs))


assert pair(1, 2) == (1, 2)
assert bounds([3, 1, 2]) == (1, 3)

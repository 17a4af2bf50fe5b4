import math


def mean(xs):
    """
    >>> mean([0.1, 0.2, 0.3])
    0.20000000000000004
    """
    return sum(xs) / len(xs)


def special(name):
    """
    >>> special("nan")
    nan
    >>> special("inf")
    inf
    >>> special("-inf")
    -inf
    >>> special("-0")
    -0.0
    """
    return float(name)


assert math.isclose(mean([0.1, 0.2, 0.3]), 0.2)
assert abs(mean([1, 2]) - 1.5) < 1e-9
assert mean([2, 2]) == 2

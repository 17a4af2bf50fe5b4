"""Small functions on numbers, specified by examples."""


def gcd(a: int, b: int) -> int:
    """The greatest common divisor.

    >>> gcd(12, 18)
    6
    >>> gcd(7, 5)
    1
    >>> gcd(0, 4)
    4
    >>> gcd(100, 75)
    25
    >>> gcd(9, 0)
    9
    """
    ...


def running_total(numbers: list[int]) -> list[int]:
    """The sums of the first one, first two, ... numbers.

    >>> running_total([1, 2, 3])
    [1, 3, 6]
    >>> running_total([])
    []
    >>> running_total([5, -5, 7])
    [5, 0, 7]
    """
    ...


def clamp(number: int, low: int, high: int) -> int:
    """The number, or the nearer of two others where it is not between them.

    >>> clamp(5, 0, 3)
    3
    >>> clamp(-4, 0, 3)
    0
    >>> clamp(2, 0, 3)
    2
    >>> clamp(10, 4, 8)
    8
    >>> clamp(1, 4, 8)
    4
    """
    ...

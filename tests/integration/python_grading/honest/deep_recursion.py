import sys

sys.setrecursionlimit(20_000)


def depth(n):
    """
    >>> depth(5000)
    5000
    """
    return 0 if n == 0 else 1 + depth(n - 1)

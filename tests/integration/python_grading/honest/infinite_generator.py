import itertools


def naturals():
    """
    >>> list(itertools.islice(naturals(), 3))
    [0, 1, 2]
    """
    yield from itertools.count()


def first(n):
    """
    >>> first(4)
    [0, 1, 2, 3]
    """
    return list(itertools.islice(naturals(), n))

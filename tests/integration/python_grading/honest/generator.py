def countdown(n):
    """
    >>> list(countdown(3))
    [3, 2, 1]
    """
    while n:
        yield n
        n -= 1


assert list(countdown(2)) == [2, 1]
assert sum(countdown(4)) == 10

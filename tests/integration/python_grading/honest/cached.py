import functools


@functools.lru_cache(maxsize=None)
def fibonacci(n):
    """
    >>> fibonacci(90)
    2880067194370816120
    """
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

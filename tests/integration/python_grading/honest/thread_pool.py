from concurrent.futures import ThreadPoolExecutor


def squares(xs):
    """
    >>> squares([1, 2, 3])
    [1, 4, 9]
    """
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda x: x * x, xs))

def compose(f, g):
    """
    >>> compose(lambda x: x + 1, lambda x: x * 2)(5)
    11
    """
    return lambda x: f(g(x))


def apply_all(functions, x):
    """
    >>> apply_all([abs, str, lambda v: v * 2], -3)
    [3, '-3', -6]
    """
    return [f(x) for f in functions]


def keep(xs, wanted):
    return [x for x in xs if wanted(x)]


assert keep([1, 2, 3, 4], lambda x: x % 2 == 0) == [2, 4]

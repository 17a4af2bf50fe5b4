class Empty(ValueError):
    """Nothing is left."""


def head(xs):
    """
    >>> head([1, 2])
    1
    >>> head([])
    Traceback (most recent call last):
        ...
    Empty: no items
    >>> head(3)
    Traceback (most recent call last):
    TypeError: 'int' object is not subscriptable
    """
    if xs == []:
        raise Empty("no items")
    return xs[0]

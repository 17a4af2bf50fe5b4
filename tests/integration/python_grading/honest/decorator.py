import functools


def twice(function):
    @functools.wraps(function)
    def again(*arguments):
        return function(function(*arguments))

    return again


@twice
def increase(x):
    """
    >>> increase(3)
    5
    """
    return x + 1

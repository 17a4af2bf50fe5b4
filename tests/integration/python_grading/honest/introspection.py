import inspect
import sys


def area(width, height=2):
    """The area."""
    return width * height


def parameters():
    """
    >>> parameters()
    ['width', 'height']
    """
    return list(inspect.signature(area).parameters)


def first_line():
    """
    >>> first_line()
    'def area(width, height=2):'
    """
    return inspect.getsource(area).splitlines()[0]


def words():
    """
    >>> words()
    'The area.'
    """
    return area.__doc__


def here():
    """
    >>> here()
    True
    """
    return sys.modules[__name__].area is area

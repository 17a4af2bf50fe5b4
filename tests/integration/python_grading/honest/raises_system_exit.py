import sys


def leave(code):
    """
    >>> leave(3)
    Traceback (most recent call last):
    SystemExit: 3
    """
    sys.exit(code)

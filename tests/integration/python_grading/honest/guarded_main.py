import sys


def double(x):
    """
    >>> double(4)
    8
    """
    return 2 * x


if __name__ == "__main__":
    assert double(1) == 2
    sys.exit(double(0))

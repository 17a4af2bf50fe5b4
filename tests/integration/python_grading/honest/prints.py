def greet(name):
    """
    >>> greet("Ada")
    Hello, Ada
    """
    print(f"Hello, {name}")


def noisy(x):
    """
    >>> noisy(1)
    working
    2
    """
    print("working")
    return x + 1


def poem():
    r"""
    >>> print(poem())
    one
    <BLANKLINE>
    two
    """
    return "one\n\ntwo"

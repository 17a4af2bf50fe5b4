def größe(straße):
    """
    >>> größe("Ünïcödé ✓")
    9
    """
    return len(straße)


π = 3


def fläche(r):
    """
    >>> fläche(2)
    12
    """
    return π * r * r

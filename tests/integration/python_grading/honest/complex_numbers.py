def rotate(z):
    """
    >>> rotate(1 + 2j)
    (-2+1j)
    """
    return z * 1j

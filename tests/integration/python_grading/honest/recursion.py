def ackermann(m, n):
    """
    >>> ackermann(2, 3)
    9
    """
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1 if n == 0 else ackermann(m, n - 1))

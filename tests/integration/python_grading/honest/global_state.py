_seen = []


def remember(x):
    """
    >>> remember(1) >= 1
    True
    """
    _seen.append(x)
    return len(_seen)


def forget():
    """
    >>> remember(5) > 0
    True
    >>> forget()
    >>> remember(5)
    1
    """
    _seen.clear()

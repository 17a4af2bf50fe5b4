def counter():
    """
    >>> c = counter()
    >>> c(), c(), c()
    (1, 2, 3)
    """
    count = 0

    def step():
        nonlocal count
        count += 1
        return count

    return step

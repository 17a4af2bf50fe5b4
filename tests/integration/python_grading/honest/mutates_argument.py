def sort_in_place(xs):
    """
    >>> xs = [3, 1, 2]
    >>> sort_in_place(xs)
    >>> xs
    [1, 2, 3]
    """
    xs.sort()


def drain(table):
    """
    >>> table = {"a": 1}
    >>> drain(table)
    [('a', 1)]
    >>> table
    {}
    """
    items = sorted(table.items())
    table.clear()
    return items

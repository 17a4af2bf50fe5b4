def tree(depth):
    """
    >>> tree(2)
    {'children': [{'children': [(), ()]}, {'children': [(), ()]}]}
    """
    return () if depth == 0 else {"children": [tree(depth - 1)] * 2}


def deep(n):
    value = None
    for _ in range(n):
        value = [value]
    return value


assert deep(3) == [[[None]]]
assert deep(2) == [[None]]

def shape(value):
    """
    >>> shape([1, 2])
    'pair of 1 and 2'
    >>> shape({"kind": "box", "w": 2})
    'box 2'
    >>> shape(None)
    'other'
    """
    match value:
        case [a, b]:
            return f"pair of {a} and {b}"
        case {"kind": "box", "w": w}:
            return f"box {w}"
        case _:
            return "other"

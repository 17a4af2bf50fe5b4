from dataclasses import dataclass, field


@dataclass(order=True)
class Point:
    """
    >>> Point(1, 2)
    Point(x=1, y=2, tags=[])
    >>> Point(1, 2) < Point(2, 0)
    True
    """

    x: int
    y: int
    tags: list = field(default_factory=list)


def middle(a, b):
    """
    >>> middle(Point(0, 0), Point(4, 2)).x
    2.0
    """
    return Point((a.x + b.x) / 2, (a.y + b.y) / 2)

import enum


class Color(enum.IntEnum):
    RED = 1
    BLUE = 2


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


def mix(color):
    """
    >>> mix(Color.RED)
    <Color.BLUE: 2>
    """
    return Color(3 - color)


def size(n):
    """
    >>> size(3) is Size.SMALL
    True
    >>> size(30).value
    'l'
    """
    return Size.SMALL if n < 10 else Size.LARGE


assert mix(1) == 2

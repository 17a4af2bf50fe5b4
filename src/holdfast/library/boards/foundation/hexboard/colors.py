"""The eight colors, in the order of their numbers."""

__all__ = ["COLORS", "color_name", "color_number"]

COLORS = ("white", "black", "yellow", "green", "red", "blue", "purple", "orange")
"""White is 0, and means that nothing was painted."""


def color_number(color: str | int) -> int:
    """The number of a color given by name or number.

    >>> color_number("red"), color_number(7)
    (4, 7)

    Raises ValueError for anything else.
    """
    if isinstance(color, str) and color in COLORS:
        return COLORS.index(color)
    if isinstance(color, int) and not isinstance(color, bool) and 0 <= color < len(COLORS):
        return color
    raise ValueError(f"{color!r} is no color: take one of {', '.join(COLORS)}")


def color_name(number: int) -> str:
    """The name of a color's number."""
    return COLORS[number]

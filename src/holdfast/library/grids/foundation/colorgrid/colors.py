"""The ten colors, in the order of their numbers."""

__all__ = ["COLORS", "color_number"]

COLORS = ("black", "blue", "red", "green", "yellow", "gray", "magenta", "orange", "sky", "maroon")
"""Black is 0, and means that nothing was painted."""


def color_number(color: str | int) -> int:
    """The number of a color given by name or number.

    >>> color_number("red"), color_number(9)
    (2, 9)

    Raises ValueError for anything else.
    """
    if isinstance(color, str) and color in COLORS:
        return COLORS.index(color)
    if isinstance(color, int) and not isinstance(color, bool) and 0 <= color < len(COLORS):
        return color
    raise ValueError(f"{color!r} is no color: take one of {', '.join(COLORS)}")

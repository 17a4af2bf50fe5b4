"""Places in a text as people name them: lines and columns, both from 1."""

import re

from holdfast.core.errors import UserError

__all__ = ["NoSuchPlaceError", "offset_of"]

_BEFORE = re.compile(r"\s*(?:(?:-+|\++|\*+|[{}])(?=\s|$)\s*)*")


class NoSuchPlaceError(UserError):
    """The text has no such place."""


def offset_of(text: str, line: int, column: int | None = None) -> int:
    r"""The character in front of which a place is; without a column, the line's first word.

    Blanks, bullets and braces in front of that word stand before the place.

    >>> offset_of("a.\n  - b.", 2)
    7

    Raises:
        NoSuchPlaceError: the text has no such line, or the line no such column.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise NoSuchPlaceError(f"the text has {len(lines)} lines, so there is no line {line}")
    here = lines[line - 1]
    start = sum(len(each) + 1 for each in lines[: line - 1])
    if column is None:
        found = _BEFORE.match(here)
        return start + (found.end() if found else 0)
    if not 1 <= column <= len(here) + 1:
        raise NoSuchPlaceError(f"line {line} has {len(here)} characters, so there is no column {column}")
    return start + column - 1

"""Functions that stand for shapes: each choice of arguments is one set of cells about a place."""

from dataclasses import dataclass

from holdfast.library.mining.plane import Offsets

__all__ = ["NAME", "Form", "Variant"]

NAME = "NAME"
"""Stands for the function's name in the text of its definition."""
_CALL = 6
"""Tokens of `name(3, 4)`."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A function with all its arguments but row and column."""

    arguments: tuple[str, ...]
    """As a call has them: numbers, directions in quotes, `mirrored=True`."""
    cells: Offsets
    """About the cell at row and column, which need not be one of them."""

    @property
    def cost(self) -> int:
        """Tokens of a call."""
        # A comma and a word each; a keyword argument has two more.
        return _CALL + sum(4 if "=" in each else 2 for each in self.arguments)


@dataclass(frozen=True, slots=True)
class Form:
    """A function that gives a shape at a row and column."""

    kind: str
    """A word for it that does not depend on names: `line`, or the cells of a motif."""
    source: str
    """Its definition without docstring, with NAME in the place of its name."""
    variants: tuple[Variant, ...]
    words: tuple[str, ...]
    """What a family is called, and a motif where instructions do not tell; the best first."""
    summary: str
    """What it gives, as the first sentence of its docstring."""
    is_family: bool
    """Whether it has sizes; a motif has none."""

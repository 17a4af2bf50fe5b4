"""Runs the pieces of a program on one list."""

from collections.abc import Mapping

__all__ = ["Session"]


class Session:
    """Hands the list over, and takes what the program leaves."""

    def __init__(self, start: list[object]) -> None:
        """Begin with a list."""
        self.names: dict[str, object] = {"items": list(start)}
        """What the program finds beside the library."""

    def state(self, names: Mapping[str, object]) -> list[object]:
        """What `items` stands for. Raises TypeError where that is no list."""
        items = names.get("items")
        if not isinstance(items, list | tuple):
            raise TypeError(f"items is a {type(items).__name__}, not a list")
        return list(items)

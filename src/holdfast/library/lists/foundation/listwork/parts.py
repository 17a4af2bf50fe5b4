"""Parts of lists."""

from collections.abc import Sequence

__all__ = ["rotated", "runs", "windows"]


def windows(items: Sequence[int], size: int) -> list[list[int]]:
    """All stretches of so many neighbours, from the first.

    >>> windows([1, 2, 3], 2)
    [[1, 2], [2, 3]]

    Raises ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError(f"no stretch has {size} items")
    return [list(items[at : at + size]) for at in range(len(items) - size + 1)]


def runs(items: Sequence[int]) -> list[list[int]]:
    """The longest stretches of equal neighbours.

    >>> runs([5, 5, 2, 5])
    [[5, 5], [2], [5]]
    """
    found: list[list[int]] = []
    for item in items:
        if found and found[-1][-1] == item:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def rotated(items: Sequence[int], by: int) -> list[int]:
    """The list with its first `by` items moved to the end; below 0, its last to the front.

    >>> rotated([1, 2, 3], 1), rotated([1, 2, 3], -1), rotated([], 4)
    ([2, 3, 1], [3, 1, 2], [])
    """
    at = by % len(items) if items else 0
    return [*items[at:], *items[:at]]

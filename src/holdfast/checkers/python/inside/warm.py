"""Lets the modules of this folder be imported by their full names where nothing else of ours is installed."""

import sys
import types
from pathlib import Path

__all__ = ["settle"]

_PACKAGE = "holdfast.checkers.python.inside"


def settle(folder: str) -> None:
    """Make the package known, found in `folder`, and the packages around it, empty.

    Folders that stand behind it in the path are those of tests' libraries. They come first from now on,
    before others of the same interpreter, with which they may not agree.
    """
    parts = _PACKAGE.split(".")
    for at in range(len(parts)):
        name = ".".join(parts[: at + 1])
        package = types.ModuleType(name)
        package.__path__ = [folder] if name == _PACKAGE else []
        sys.modules[name] = package
    if folder in sys.path:
        at = sys.path.index(folder)
        sys.path[:] = [*sys.path[at + 1 :], *sys.path[:at]]


if __name__ == "warm":
    settle(str(Path(__file__).parent))

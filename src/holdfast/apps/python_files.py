"""What goes with a Python file: the modules beside it, and the libraries that tests are written with."""

import ast
import sysconfig
from collections.abc import Sequence
from pathlib import Path

__all__ = ["neighbours", "test_packages"]

_MOST_NEIGHBOURS = 200
_LARGEST_NEIGHBOUR = 1 << 20


def test_packages() -> tuple[Path, ...]:
    """Where tests find pytest and hypothesis."""
    return tuple({Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")})


def neighbours(file: Path) -> dict[str, bytes]:
    """The modules in the folder of a file that it imports, and those that these import."""
    found: dict[str, bytes] = {}
    waiting = [file]
    while waiting and len(found) < _MOST_NEIGHBOURS:
        for name in _imported(waiting.pop()):
            path = file.parent / f"{name}.py"
            if path.name in found or path == file or not path.is_file():
                continue
            if path.stat().st_size <= _LARGEST_NEIGHBOUR:
                found[path.name] = path.read_bytes()
                waiting.append(path)
    return found


def _imported(file: Path) -> Sequence[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names

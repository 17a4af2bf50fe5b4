"""Which functions of a library a program calls."""

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from holdfast.library.banned import parsed
from holdfast.library.records import Program

__all__ = ["called", "mentions", "uses"]

_WORD = re.compile(r"[^\W\d][\w']*")
_REMEMBERED = 1 << 14


def called(program: Program, names: Iterable[str]) -> frozenset[str]:
    """Which of some functions, or lemmas, a program names."""
    return frozenset(name for name in names if uses(program, name))


def uses(program: Program, name: str) -> int:
    """How often a program names a function, or a lemma.

    What stands in strings and comments, attributes and keywords are other things of that name.
    """
    return sum(_read(piece).get(name, 0) for piece in program.pieces)


def mentions(program: Program, name: str) -> bool:
    """Whether a program may use a function in any way at all: whether the word stands in it."""
    return any(name in _WORD.findall(piece) for piece in program.pieces)


@functools.lru_cache(_REMEMBERED)
def _read(text: str) -> Mapping[str, int]:
    """How often each name is read; in what is no Python, how often each word stands there."""
    try:
        nodes = list(ast.walk(parsed(text)))
    except (ValueError, RecursionError):
        return MappingProxyType(Counter(_WORD.findall(text)))
    read = (node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return MappingProxyType(Counter(read))

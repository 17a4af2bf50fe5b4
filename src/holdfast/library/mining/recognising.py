"""Reads functions back: which shapes a definition in a library stands for, told from its text alone."""

import ast
import functools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from holdfast.library.adapter import Cell
from holdfast.library.mining.emitting import REPEAT
from holdfast.library.mining.forms import NAME, Form
from holdfast.library.mining.motifs import motif_form
from holdfast.library.mining.plane import Plane

__all__ = ["Recognised", "recognise"]


_MOST_WAYS, _FARTHEST = 500, 100
"""Ways of a motif, and how far they go."""
_REMEMBERED = 1024
"""Texts of functions, which are asked about again with each one that comes in."""


class Recognised(NamedTuple):
    """What is known of some functions."""

    forms: Mapping[str, Form]
    """Those that stand for shapes, by name."""
    repeat: str
    """The name of the function that draws rows of copies; empty where there is none."""


def recognise(plane: Plane, sources: Mapping[str, str], families: Iterable[Form]) -> Recognised:
    """The functions, by name, that are as mining writes them; all others are left out.

    Docstrings and layout do not matter. A function that somebody changed is not known any more.
    """
    known = {_bare(form.source): form for form in families}
    repeat, forms = "", {}
    for name, source in sources.items():
        bare = _bare(source)
        if bare == _bare(REPEAT):
            repeat = repeat or name
        elif bare in known:
            forms[name] = known[bare]
        elif (form := _motif(plane, source)) is not None and _bare(form.source) == bare:
            forms[name] = form
    return Recognised(forms, repeat)


@functools.lru_cache(_REMEMBERED)
def _bare(source: str) -> str:
    """The definition without name and docstring; empty where it is none."""
    node = _definition(source)
    if node is None:
        return ""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    bare = ast.FunctionDef(**{**dict(ast.iter_fields(node)), "name": NAME, "body": body})
    return ast.dump(bare)


def _motif(plane: Plane, source: str) -> Form | None:
    """What a list of ways in a definition stands for."""
    node = _definition(source)
    for statement in node.body if node is not None else ():
        if isinstance(statement, ast.Assign):
            ways = _ways(statement.value)
            return motif_form(plane, ways) if ways else None
    return None


def _ways(node: ast.expr) -> tuple[Cell, ...]:
    """The ways that a list spells out; empty for anything else, and for what is no motif of any board."""
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ()
    if not isinstance(found, list) or not 0 < len(found) <= _MOST_WAYS:
        return ()
    if not all(isinstance(way, tuple) and [type(each) for each in way] == [int, int] for way in found):
        return ()
    if any(abs(each) > _FARTHEST for way in found for each in way):
        return ()
    return tuple(sorted(set(found)))


def _definition(source: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    return next((node for node in body if isinstance(node, ast.FunctionDef)), None)

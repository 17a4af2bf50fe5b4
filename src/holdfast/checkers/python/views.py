"""What tests put around a call, as `sorted` in `sorted(f(3)) == [1, 2]`, worked out on this side."""

from collections.abc import Callable, Mapping

from holdfast.checkers.python.compare import value_of
from holdfast.checkers.python.inside.wire import Malformed, Plain, Tree, encode
from holdfast.checkers.python.show import array

__all__ = ["INSIDE", "VIEWS", "view"]

INSIDE = frozenset({"str", "repr", "asyncio.run"})
"""Functions that the sandbox applies to what the call returned: no less has to be known to forge them."""

VIEWS: Mapping[str, Callable[[Plain], Plain]] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict, "sorted": sorted,
    "len": len, "sum": sum, "min": min, "max": max, "abs": abs, "round": round, "bool": bool, "int": int,
    "float": float, "any": any, "all": all,
}  # fmt: skip
"""Built-in functions of one argument whose answer on plain data needs no help of the program's."""


def view(tree: Tree, names: tuple[str, ...]) -> Tree:
    """An answer seen through functions, innermost first.

    Raises Malformed where it is no plain data, or an iterator with more items than were read; whatever the
    functions raise comes through.
    """
    if not names:
        return tree
    if isinstance(tree, dict) and "g" in tree and tree["g"][2:] != [True]:
        raise Malformed("the iterator has more items than are read")
    value: Plain = value_of(_plain_below(tree))
    for name in names:
        value = VIEWS[name](value)
    return encode(value)


def _plain_below(tree: Tree) -> Tree:
    parts = array(tree["o"]) if isinstance(tree, dict) and "o" in tree else []
    return parts[2] if len(parts) == 3 else tree

"""Trees as people read them."""

from holdfast.checkers.python.inside.wire import DEPTH, Malformed, Tree, decode

__all__ = ["array", "kind_of", "pairs", "shorten", "show"]

_SHOWN = 400
"""Most characters of a value in a message."""
_KINDS = {
    "t": "tuple", "s": "set", "z": "frozenset", "d": "dict", "b": "bytes", "c": "complex", "i": "int",
}  # fmt: skip
_BRACKETS = {"t": ("(", ")"), "s": ("{", "}"), "z": ("frozenset({", "})")}
_EMPTY = {"t": "()", "s": "set()", "z": "frozenset()"}
_PRINTED_BITS = 14_000
"""Python prints ints up to about this size without being asked to."""


def kind_of(tree: Tree) -> str:
    """The name of the type that a tree stands for, in full unless it is built in. Raises Malformed."""
    if tree is None or isinstance(tree, bool | int | float | str | list):
        return type(tree).__name__
    if isinstance(tree, dict) and len(tree) == 1:
        ((tag, body),) = tree.items()
        if tag in _KINDS:
            return _KINDS[tag]
        if tag in {"o", "g"} and _is_described(tag, body):
            return body[0].removeprefix("builtins.") or "object"
    raise Malformed("this is no value")


def _is_described(tag: str, body: Tree) -> bool:
    if not isinstance(body, list) or len(body) not in {2, 3} or not isinstance(body[0], str):
        return False
    return isinstance(body[1], str if tag == "o" else list)


def show(tree: Tree) -> str:
    """A value as Python writes it. Raises Malformed."""
    return _shown(tree, 0)


def shorten(tree: Tree) -> str:
    """The same, cut to what fits a message."""
    text = show(tree)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} ..."


def array(body: Tree) -> list[Tree]:
    """A JSON array. Raises Malformed where it is something else."""
    if not isinstance(body, list):
        raise Malformed("an array is missing")
    return body


def pairs(body: Tree) -> list[tuple[Tree, Tree]]:
    """The pairs of a dictionary. Raises Malformed."""
    rows = []
    for row in array(body):
        if not isinstance(row, list) or len(row) != 2:
            raise Malformed("a pair is missing")
        rows.append((row[0], row[1]))
    return rows


def _shown(tree: Tree, depth: int) -> str:
    if depth > DEPTH:
        raise Malformed("the value is nested too deeply")
    if isinstance(tree, list):
        return f"[{_list(tree, depth)}]"
    if not isinstance(tree, dict):
        return repr(tree)
    kind_of(tree)
    ((tag, body),) = tree.items()
    if tag in _BRACKETS:
        return _bracketed(tag, array(body), depth)
    if tag == "d":
        rows = (f"{_shown(key, depth + 1)}: {_shown(value, depth + 1)}" for key, value in pairs(body))
        return f"{{{', '.join(rows)}}}"
    if tag == "g":
        return f"<{body[0]} of {_list(array(body[1]), depth)}{'' if body[2:] == [True] else ', ...'}>"
    if tag == "o":
        return str(body[1])
    return _printed(decode(tree))


def _bracketed(tag: str, items: list[Tree], depth: int) -> str:
    if not items:
        return _EMPTY[tag]
    before, after = _BRACKETS[tag]
    comma = "," if tag == "t" and len(items) == 1 else ""
    return f"{before}{_list(items, depth)}{comma}{after}"


def _list(items: list[Tree], depth: int) -> str:
    return ", ".join(_shown(item, depth + 1) for item in items)


def _printed(value: object) -> str:
    return hex(value) if isinstance(value, int) and value.bit_length() > _PRINTED_BITS else repr(value)

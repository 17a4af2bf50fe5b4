"""Plain data as trees of JSON: the only thing that crosses between a candidate and its judge.

The text of this module also runs inside the sandbox, so it uses the standard library alone, and nothing it
does there is trusted: `parse` holds whatever comes back to the same form.

A tree is None, a bool, an int below 2**63 in size, a float, a string, an array (a list), or an object with
one key that says what it is: t tuple, s set, z frozenset, d dictionary (pairs), b bytes (latin-1), c
complex, i larger int (hexadecimal), g iterator (type name, first items, whether these are all), o other
object (type name, printed form, the plain data below it or absent). Towards the sandbox, x is an expression
to evaluate there.
"""

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

__all__ = ["Encoder", "Expression", "Malformed", "Plain", "Tree", "decode", "encode", "parse"]

Tree: TypeAlias = Any
"""Nested JSON values in the form above; recursive, so it cannot be spelled out."""
Plain: TypeAlias = Any
"""A Python value, here one of plain data: None, numbers, strings, bytes and containers of these."""

DEPTH = 100
"""Most levels of nesting."""
NODES = 200_000
"""Most values in one tree."""
ITEMS = 10_000
"""Most items taken from an iterator."""
TEXT = 20_000
"""Most characters of a printed form."""
_INT = 1 << 63
_SCALARS = frozenset({type(None), bool, float, str})
_SEQUENCES: dict[type, str] = {tuple: "t", set: "s", frozenset: "z"}
_LEAVES = frozenset({bytes, complex})
_PLAIN: tuple[Plain, ...] = (int, float, complex, str, bytes, tuple, list, dict, set, frozenset)


class Malformed(ValueError):  # noqa: N818 - one word, on both sides of the wire
    """A text or tree is not of the agreed form, too deep, too large, or stands for something not plain."""


class Expression:
    """Stands in plain data for a value that the sandbox makes itself, in the namespace of the program."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        """`text` is one Python expression."""
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def encode(value: object) -> Tree:
    """The tree of a value; what is not plain becomes an `o`. Iterators are read, `ITEMS` at most.

    Raises Malformed where the value is too deep, too large, or contains itself.
    """
    return Encoder().encode(value, 0)


class Encoder:
    """Makes one tree; subclasses say what becomes of iterators and other objects."""

    def __init__(self) -> None:
        self._nodes = 0

    def encode(self, value: Plain, depth: int) -> Tree:
        """The tree of a value at a depth."""
        kind = type(value)
        self._nodes += 1
        if kind in _SCALARS:
            return value
        if kind is int:
            return self._int(value)
        if depth > DEPTH or self._nodes > NODES:
            raise Malformed("the value is nested too deeply or is too large")
        if kind in _PLAIN:
            return self._plain(value, kind, depth)
        if kind is Expression:
            return {"x": value.text}
        if isinstance(value, Iterator) or kind is range:
            return self.iterator(value, depth)
        return self.other(value, depth)

    def _int(self, value: int) -> Tree:
        return value if -_INT < value < _INT else {"i": hex(value)}

    def _plain(self, value: Plain, kind: type, depth: int) -> Tree:
        if kind not in _LEAVES and self._nodes + len(value) > NODES:
            raise Malformed("the value is too large")
        if kind is list:
            return [self.encode(item, depth + 1) for item in value]
        if kind is dict:
            pairs = value.items()
            return {"d": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]}
        if kind is bytes:
            return {"b": value.decode("latin-1")}
        if kind is complex:
            return {"c": [value.real, value.imag]}
        return {_SEQUENCES[kind]: [self.encode(item, depth + 1) for item in value]}

    def iterator(self, value: Plain, depth: int) -> Tree:
        """The tree of something that is read only once."""
        items = list(itertools.islice(value, ITEMS + 1))
        trees = [self.encode(item, depth + 1) for item in items[:ITEMS]]
        return {"g": [type(value).__name__, trees, len(items) <= ITEMS]}

    def other(self, value: object, depth: int) -> Tree:
        """The tree of an object that is not plain data."""
        kind = type(value)
        tree: list[Tree] = [f"{kind.__module__}.{kind.__qualname__}", _printed(value)]
        tree += self.below(value, depth)
        return {"o": tree}

    def below(self, value: object, depth: int) -> list[Tree]:
        """The plain data that an object of a subclass consists of, read past whatever it overrides.

        One tree, or none where it is of no such class.
        """
        bases = [base for base in type(value).__mro__ if base in _PLAIN]
        return [self._below(value, bases[0], depth)] if bases else []

    def _below(self, value: Plain, base: type, depth: int) -> Tree:
        if base is int:
            return self._int(int.__add__(value, 0))
        if base is float:
            return float.__add__(value, 0.0)
        if base is str:
            return str.__str__(value)
        if base is complex:
            return self._plain(complex.__add__(value, 0), complex, depth)
        if base is bytes:
            return self._plain(bytes.__add__(value, b""), bytes, depth)
        if base is dict:
            return self._plain(dict(dict.items(value)), dict, depth)
        return self._plain(base(base.__iter__(value)), base, depth)  # type: ignore[attr-defined]


def _printed(value: object) -> str:
    try:
        return repr(value)[:TEXT]
    except Exception as error:  # noqa: BLE001 - the candidate's own code
        return f"<not printable: {type(error).__name__}>"


def parse(text: bytes | str) -> Tree:
    """The JSON in a text that may be hostile. Raises Malformed; that it is a tree is not looked at."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Malformed("this is not JSON, or too deep") from error


def decode(tree: Tree, tags: Mapping[str, Callable[[Tree], object]] | None = None) -> Plain:
    """The value of a tree; `tags` give values to what stands under further keys, such as expressions.

    An iterator becomes an iterator over its items. Raises Malformed on what is not of the form, on objects,
    on what Python cannot hash, and on repeated keys.
    """
    return _Decoder(tags or {}).decode(tree, 0)


class _Decoder:
    def __init__(self, tags: Mapping[str, Callable[[Tree], object]]) -> None:
        self._tags = tags

    def decode(self, tree: Tree, depth: int) -> Plain:
        if tree is None or isinstance(tree, bool | int | float | str):
            return tree
        if depth > DEPTH:
            raise Malformed("the value is nested too deeply")
        if isinstance(tree, list):
            return [self.decode(item, depth + 1) for item in tree]
        if isinstance(tree, dict) and len(tree) == 1:
            ((tag, body),) = tree.items()
            if tag in self._tags:
                return self._tags[tag](body)
            with _malformed():
                return self._tagged(tag, body, depth)
        raise Malformed("this is no value")

    def _tagged(self, tag: str, body: Tree, depth: int) -> Plain:
        if tag == "d":
            return self._dictionary(body, depth)
        if tag in {"t", "s", "z"}:
            items = [self.decode(item, depth + 1) for item in _array(body)]
            return _made(tag, items)
        if tag == "g":
            return iter([self.decode(item, depth + 1) for item in _array(body[1])])
        if tag == "i":
            return int(_text(body), 16)
        if tag == "b":
            return _text(body).encode("latin-1")
        if tag == "c":
            real, imaginary = _array(body)
            return complex(float(real), float(imaginary))
        raise Malformed("this is not plain data")

    def _dictionary(self, body: Tree, depth: int) -> dict[Plain, Plain]:
        pairs = [(self.decode(k, depth + 1), self.decode(v, depth + 1)) for k, v in _array(body)]
        made = dict(pairs)
        if len(made) != len(pairs):
            raise Malformed("a dictionary repeats a key")
        return made


def _made(tag: str, items: list[Plain]) -> tuple[Plain, ...] | set[Plain] | frozenset[Plain]:
    if tag == "t":
        return tuple(items)
    made = set(items)
    if len(made) != len(items):
        raise Malformed("a set repeats an item")
    return made if tag == "s" else frozenset(made)


def _array(body: Tree) -> list[Tree]:
    if not isinstance(body, list):
        raise Malformed("an array is missing")
    return body


def _text(body: Tree) -> str:
    if not isinstance(body, str):
        raise Malformed("a text is missing")
    return body


@contextlib.contextmanager
def _malformed() -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
        raise Malformed(str(error)) from error

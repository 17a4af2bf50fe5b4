"""Serves objects of a program from afar, so that tests can run apart from it.

Plain data goes by value. Everything else stays here and goes by a number, with what a stand-in for it has to
know.
"""

import asyncio
import builtins
import collections
import datetime
import decimal
import fractions
import inspect
from collections.abc import Mapping
from typing import Any

from holdfast.checkers.python.inside.candidate_host import Host, serve_with
from holdfast.checkers.python.inside.wire import Encoder, Malformed, Plain, Tree, decode

__all__ = ["SPECIALS", "ObjectHost", "serve"]

_SPECIAL = (
    "call", "len", "iter", "next", "getitem", "setitem", "delitem", "contains", "enter", "exit", "repr",
    "str", "int", "float", "index", "complex", "bool", "hash", "eq", "lt", "le", "gt", "ge", "add", "sub",
    "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift", "neg",
    "pos", "abs", "invert", "radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rand", "ror",
    "rxor", "iadd", "isub", "imul", "round", "format", "bytes", "reversed",
)  # fmt: skip
SPECIALS = tuple(f"__{name}__" for name in _SPECIAL)
"""Methods that Python calls by itself; `__ne__` follows from `__eq__`."""
KNOWN: dict[str, Any] = {
    "collections.Counter": (collections.Counter, lambda one: [dict(one)]),
    "collections.OrderedDict": (collections.OrderedDict, lambda one: [list(one.items())]),
    "collections.defaultdict": (collections.defaultdict, lambda one: [None, dict(one)]),
    "collections.deque": (collections.deque, lambda one: [list(one), one.maxlen]),
    "decimal.Decimal": (decimal.Decimal, lambda one: [str(one)]),
    "fractions.Fraction": (fractions.Fraction, lambda one: [one.numerator, one.denominator]),
    "datetime.date": (datetime.date, lambda one: [one.year, one.month, one.day]),
    "datetime.timedelta": (datetime.timedelta, lambda one: [one.days, one.seconds, one.microseconds]),
    "builtins.range": (range, lambda one: [one.start, one.stop, one.step]),
    "builtins.bytearray": (bytearray, lambda one: [bytes(one)]),
}
"""Classes of the standard library whose objects go by value: how they are made, and what of."""
_BY_CLASS = {kind: (name, parts) for name, (kind, parts) in KNOWN.items()}


def serve() -> None:
    """Answer requests on standard input until there are no more."""
    serve_with(ObjectHost())


class ObjectHost(Host):
    """A program whose objects can be asked for one by one."""

    def __init__(self) -> None:
        super().__init__()
        self._objects: list[Plain] = []
        self._numbers: dict[int, int] = {}
        self.verbs |= {"get": self._get, "set": self._set, "invoke": self._invoke, "special": self._special}

    def _get(self, request: Mapping[str, Tree]) -> Tree:
        return self._encode(getattr(self._object(request["h"]), request["name"]))

    def _set(self, request: Mapping[str, Tree]) -> Tree:
        setattr(self._object(request["h"]), request["name"], self._decode(request["v"]))
        return None

    def _invoke(self, request: Mapping[str, Tree]) -> Tree:
        arguments = [self._decode(tree) for tree in request["a"]]
        keywords = {name: self._decode(tree) for name, tree in request["k"]}
        value = self._object(request["h"])(*arguments, **keywords)
        if inspect.iscoroutine(value):
            value = asyncio.run(value)
        same = [at for at, one in enumerate(arguments) if one is value and isinstance(one, list | dict | set)]
        # The tests see what was done to the containers that they handed over.
        after = [
            self._encode(one) if isinstance(one, list | dict | set | bytearray) else None for one in arguments
        ]
        return {"value": {"a": same[0]} if same else self._encode(value), "after": after}

    def _special(self, request: Mapping[str, Tree]) -> Tree:
        value = self._object(request["h"])
        arguments = [self._decode(tree) for tree in request["a"]]
        answer = getattr(type(value), request["name"])(value, *arguments)
        return {"q": ["NotImplemented", []]} if answer is NotImplemented else self._encode(answer)

    def _object(self, number: int) -> Plain:
        return self._objects[number] if number >= 0 else self.module

    def _encode(self, value: Plain) -> Tree:
        return _Objects(self).encode(value, 0)

    def _decode(self, tree: Tree) -> Plain:
        return decode(tree, {"r": self._object, "f": self._callback, "q": made})

    def _callback(self, number: int) -> Plain:
        def call(*arguments: Plain) -> Plain:
            """A function of the tests."""
            reply = self.turn({"f": number, "a": [self._encode(one) for one in arguments]})
            if "e" in reply:
                raise made_exception(reply["e"], reply.get("m", ""))
            return self._decode(reply["v"])

        return call

    def details(self, error: BaseException) -> dict[str, Tree]:
        """The arguments and attributes of an exception, as far as they can go."""
        order = [[id(one), _full_name(one)] for one in type(error).__mro__]
        try:
            return {"c": order, "a": self._encode(list(error.args)), "d": self._encode(dict(vars(error)))}
        except Exception:  # noqa: BLE001 - the program's own code
            return {"c": order}

    def number(self, value: object) -> int:
        """The number of an object, which stays alive from now on."""
        known = self._numbers.get(id(value))
        if known is None:
            known = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return known


class _Objects(Encoder):
    """Leaves objects where they are."""

    def __init__(self, host: ObjectHost) -> None:
        super().__init__()
        self._host = host

    def iterator(self, value: Plain, depth: int) -> Tree:
        return self.other(value, depth)

    def other(self, value: object, depth: int) -> Tree:
        kind = type(value)
        if kind in _BY_CLASS:
            name, parts = _BY_CLASS[kind]
            return {"q": [name, [self.encode(part, depth + 1) for part in parts(value)]]}
        return {"r": [self._host.number(value), self._described(value, depth)]}

    def _described(self, value: object, depth: int) -> dict[str, Tree]:
        kind = value if isinstance(value, type) else type(value)
        return {
            "type": isinstance(value, type),
            "mro": [[id(one), _full_name(one)] for one in kind.__mro__],
            "specials": [name for name in SPECIALS if _defines(kind, name)],
            "below": [] if isinstance(value, type) else self.below(value, depth),
        }


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _defines(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    return found is not None and found is not getattr(object, name, None)


def made(body: Tree) -> Plain:
    """An object of a class in `KNOWN`. Raises Malformed."""
    name, parts = body
    if name not in KNOWN:
        raise Malformed("an object of no known class")
    return KNOWN[name][0](*(decode(part, {"q": made}) for part in parts))


def made_exception(name: str, message: str) -> BaseException:
    """The built-in exception of that name, or the nearest there is."""
    kind = getattr(builtins, name, None)
    return kind(message) if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError(message)

"""Stand-ins for a program's objects, in the process that runs the tests.

Comparing a stand-in with plain data is settled here: an object that claims to equal anything equals nothing.
"""

import builtins
import types
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from holdfast.checkers.python.inside.object_host import SPECIALS, made
from holdfast.checkers.python.inside.wire import Encoder, Plain, Tree, decode

__all__ = ["Far", "Missing", "RemoteModule"]

Ask = Callable[[dict[str, Tree]], dict[str, Tree]]
"""Sends a request to the program and gives its answer."""


class Missing(AttributeError):  # noqa: N818 - an AttributeError to the tests
    """The program has nothing of that name."""


class Far:
    """The program, as the tests reach it."""

    def __init__(self, ask: Ask, show: Callable[[str], object]) -> None:
        """`ask` reaches the program, `show` takes what it prints."""
        self._ask = ask
        self._show = show
        self._objects: dict[int, Plain] = {}
        self._classes: dict[int, type] = {}
        self._functions: list[Callable[..., Plain]] = []

    def request(self, fields: dict[str, Tree]) -> Tree:
        """The tree that comes of a request; raises what the program raised."""
        reply = self._ask(fields)
        while "f" in reply:
            reply = self._ask(self._called(reply))
        if reply.get("p"):
            self._show(reply["p"])
        if "v" in reply:
            return reply["v"]
        if "e" in reply:
            raise self._exception(reply)
        raise Missing(reply.get("x") or reply.get("u") or "the program gave no answer")

    def _called(self, reply: Mapping[str, Tree]) -> dict[str, Tree]:
        """Call a function of the tests for the program."""
        try:
            arguments = [self.decode(tree) for tree in reply["a"]]
            return {"do": "back", "v": self.encode(self._functions[reply["f"]](*arguments))}
        except Exception as error:  # noqa: BLE001 - goes where it was called from
            return {"do": "back", "e": type(error).__name__, "m": str(error)}

    def get(self, number: int, name: str) -> Plain:
        """An attribute of an object, -1 being the module."""
        return self.decode(self.request({"do": "get", "h": number, "name": name}))

    def set(self, number: int, name: str, value: Plain) -> None:
        """Bind an attribute."""
        self.request({"do": "set", "h": number, "name": name, "v": self.encode(value)})

    def invoke(self, number: int, arguments: tuple[Plain, ...], keywords: Mapping[str, Plain]) -> Plain:
        """Call an object; containers that it changes are changed here as well."""
        sent = [self.encode(one) for one in arguments]
        named = [[name, self.encode(one)] for name, one in keywords.items()]
        reply = self.request({"do": "invoke", "h": number, "a": sent, "k": named})
        for one, before, after in zip(arguments, sent, reply["after"], strict=True):
            if after is not None and after != before:
                _renew(one, self.decode(after))
        value = reply["value"]
        return arguments[value["a"]] if isinstance(value, dict) and "a" in value else self.decode(value)

    def special(self, number: int, name: str, arguments: tuple[Plain, ...]) -> Plain:
        """What a method that Python calls by itself gives."""
        sent = [self.encode(one) for one in arguments]
        reply = self.request({"do": "special", "h": number, "name": name, "a": sent})
        return NotImplemented if reply == {"q": ["NotImplemented", []]} else self.decode(reply)

    def encode(self, value: Plain) -> Tree:
        """A value on its way to the program."""
        return _Outgoing(self).encode(value, 0)

    def decode(self, tree: Tree) -> Plain:
        """A value that came from the program."""
        return decode(tree, {"r": self._object, "q": made})

    def lend(self, function: Callable[..., Plain]) -> int:
        """The number by which the program may call a function of the tests."""
        self._functions.append(function)
        return len(self._functions) - 1

    def _object(self, body: Tree) -> Plain:
        number, described = body
        if number not in self._objects:
            kind = self._class(described["mro"], described["specials"])
            if described["type"]:
                self._objects[number] = kind
                if isinstance(kind, RemoteType):
                    kind.far_number = number
            elif issubclass(kind, Remote):
                below = [self.decode(tree) for tree in described["below"]]
                self._objects[number] = kind.far_made(number, below)
            else:
                self._objects[number] = kind()  # an exception that was returned, not raised
        return self._objects[number]

    def _class(self, order: list[Tree], specials: list[str]) -> type:
        """The stand-in for a class, made from its full line of ancestors."""
        (number, name), *above = order
        if number not in self._classes:
            self._classes[number] = self._made_class(name, above, specials)
        return self._classes[number]

    def _made_class(self, name: str, above: list[Tree], specials: list[str]) -> type:
        builtin = getattr(builtins, name.removeprefix("builtins."), None)
        if isinstance(builtin, type) and issubclass(builtin, BaseException):
            return builtin
        base = self._class(above, specials) if above else Remote
        module, _, short = name.rpartition(".")
        if issubclass(base, BaseException):
            return type(short, (base,), {"__module__": module})
        settled = {"__eq__", "__hash__"}
        forwarded = [one for one in SPECIALS if one in specials and one not in settled]
        methods: dict[str, object] = {one: _forwarded(one) for one in forwarded}
        methods |= {"far_program": self, "far_equates": "__eq__" in specials, "__module__": module}
        return RemoteType(short, (base,), methods)

    def _exception(self, reply: Mapping[str, Tree]) -> BaseException:
        kind = self._class(reply["c"], [])
        if not issubclass(kind, BaseException):
            kind = RuntimeError
        arguments = self.decode(reply["a"]) if "a" in reply else [reply.get("m", "")]
        error = _instance(kind, arguments, reply.get("m", ""))
        for name, value in (self.decode(reply["d"]) if "d" in reply else {}).items():
            if not name.startswith("__"):
                setattr(error, name, value)
        return error


def _instance(kind: type[BaseException], arguments: list[Plain], message: str) -> BaseException:
    try:
        return kind(*arguments)
    except Exception:  # noqa: BLE001 - a class with an odd constructor
        return RuntimeError(f"{kind.__name__}: {message}")


def _renew(container: Plain, after: Plain) -> None:
    if isinstance(container, list | bytearray):
        container[:] = after
    else:
        container.clear()
        container.update(after)


class _Outgoing(Encoder):
    def __init__(self, far: Far) -> None:
        super().__init__()
        self._far = far

    def iterator(self, value: Plain, depth: int) -> Tree:
        if isinstance(value, Remote):
            return self.other(value, depth)
        return super().iterator(value, depth)

    def other(self, value: Plain, depth: int) -> Tree:
        if isinstance(value, Remote | RemoteType):
            return {"r": value.far_number}
        if callable(value):
            return {"f": self._far.lend(value)}
        below = self.below(value, depth)
        if below:
            return below[0]
        raise TypeError(f"a test cannot hand a {type(value).__name__} to the program")


class RemoteType(type):
    """The class of stand-ins for classes."""

    far_number: int
    far_program: Far

    def __call__(cls, *arguments: Plain, **keywords: Plain) -> Plain:
        return cls.far_program.invoke(cls.far_number, arguments, keywords)

    def __getattr__(cls, name: str) -> Plain:
        if name.startswith("_"):
            raise AttributeError(name)
        return cls.far_program.get(cls.far_number, name)

    def __iter__(cls) -> Iterator[Plain]:
        return iter(cls.far_program.special(cls.far_number, "__iter__", ()))

    def __getitem__(cls, key: Plain) -> Plain:
        return cls.far_program.special(cls.far_number, "__getitem__", (key,))


class Remote(metaclass=RemoteType):
    """A stand-in for one object."""

    far_program: ClassVar[Far]
    far_number: int
    far_equates: ClassVar[bool] = False
    far_below: list[Plain]

    @classmethod
    def far_made(cls, number: int, below: list[Plain]) -> "Remote":
        one = object.__new__(cls)
        object.__setattr__(one, "far_number", number)
        object.__setattr__(one, "far_below", below)
        return one

    def __getattr__(self, name: str) -> Plain:
        if name in {"far_number", "far_below"}:
            raise AttributeError(name)
        return self.far_program.get(self.far_number, name)

    def __setattr__(self, name: str, value: Plain) -> None:
        self.far_program.set(self.far_number, name, value)

    def __eq__(self, other: object) -> Plain:
        if self is other:
            return True
        if not isinstance(other, Remote):
            return self.far_below[0] == other if self.far_below else NotImplemented
        return (
            self.far_program.special(self.far_number, "__eq__", (other,))
            if self.far_equates
            else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self.far_program.special(self.far_number, "__hash__", ()))


def _forwarded(name: str) -> Callable[..., Plain]:
    if name == "__call__":

        def call(self: Remote, *arguments: Plain, **keywords: Plain) -> Plain:
            return self.far_program.invoke(self.far_number, arguments, keywords)

        return call

    def special(self: Remote, *arguments: Plain) -> Plain:
        if name == "__exit__":
            arguments = (None, None, None)
        return self.far_program.special(self.far_number, name, arguments)

    return special


class RemoteModule(types.ModuleType):
    """The tested module, as the tests import it."""

    def __init__(self, name: str, far: Far, names: tuple[str, ...]) -> None:
        """`names` is what `import *` binds."""
        super().__init__(name)
        self.__dict__.update({"_far": far, "__all__": list(names), "__file__": f"{name}.py"})

    def __getattr__(self, name: str) -> Plain:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_far"].get(-1, name)

    def __setattr__(self, name: str, value: Plain) -> None:
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            self.__dict__["_far"].set(-1, name, value)

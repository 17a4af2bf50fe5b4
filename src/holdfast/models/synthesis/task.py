"""What the synthesiser is asked: a signature, examples, and the functions it may call. Plain, frozen data."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "Example",
    "HelperSignature",
    "Parameter",
    "Plain",
    "SynthesisTask",
    "decode",
    "encode",
    "is_plain",
]

Plain: TypeAlias = Any
"""A value of the language under synthesis."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, positional."""

    name: str
    annotation: str | None = None
    """As the source writes it, for example `list[int]`."""


@dataclass(frozen=True, slots=True)
class Example:
    """One shown test: a call and what is to come of it."""

    args: tuple[Plain, ...]
    """One plain value for each parameter, in order; defaults are filled in."""
    expected: Plain = None
    raises: str | None = None
    """The name of an exception class instead, for example `ValueError`."""


@dataclass(frozen=True, slots=True)
class HelperSignature:
    """A function that the body may call, defined or imported by `SynthesisTask.prelude`."""

    name: str
    """As it is written in a call, for example `clean` or `math.gcd`."""
    parameters: tuple[Parameter, ...] = ()
    """Those without a default."""
    returns: str | None = None


@dataclass(frozen=True, slots=True)
class SynthesisTask:
    """One function to write."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str | None
    """The annotation of the result."""
    examples: tuple[Example, ...]
    """Values are None, bool, int, float, str, bytes, list, tuple, dict, set or frozenset; see `is_plain`."""
    helpers: tuple[HelperSignature, ...] = ()
    prelude: str = ""
    """The source of the file without the function: imports and helpers. Untrusted: run in the sandbox."""
    text: str = ""
    """The docstring; constants are taken from it."""


_TAGS: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}
_MAKERS: dict[str, Callable[[Plain], Plain]] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "bytes": bytes,
    "float": float,
}


def is_plain(value: object) -> bool:
    """Whether a value can stand in an example.

    >>> is_plain({"a": [1, (2.0, None)]}), is_plain(object())
    (True, False)
    """
    if type(value) in (list, tuple, set, frozenset):
        return all(map(is_plain, value))  # type: ignore[call-overload]
    if type(value) is dict:
        return all(is_plain(key) and is_plain(entry) for key, entry in value.items())
    return value is None or type(value) in (bool, int, float, str, bytes)


def _pack(value: Plain) -> Plain:
    if type(value) is list:
        return [_pack(item) for item in value]
    if type(value) in _TAGS:
        items = value if type(value) is tuple else sorted(value, key=repr)
        return {_TAGS[type(value)]: [_pack(item) for item in items]}
    if type(value) is dict:
        return {"dict": [[_pack(key), _pack(entry)] for key, entry in value.items()]}
    if type(value) is bytes:
        return {"bytes": list(value)}
    if type(value) is float:
        return {"float": repr(value)}
    return value


def _unpack(value: Plain) -> Plain:
    if isinstance(value, list):
        return [_unpack(item) for item in value]
    if isinstance(value, dict):
        ((tag, inside),) = value.items()
        return _MAKERS[tag](inside if tag in {"float", "bytes"} else _unpack(inside))
    return value


def encode(task: SynthesisTask) -> str:
    """One line of JSON that `decode` reads. Raises TypeError on an example that is not plain data."""
    helpers = [[h.name, [[p.name, p.annotation] for p in h.parameters], h.returns] for h in task.helpers]
    data = {
        "name": task.name,
        "parameters": [[p.name, p.annotation] for p in task.parameters],
        "returns": task.returns,
        "examples": [[_pack(list(e.args)), _pack(e.expected), e.raises] for e in task.examples],
        "helpers": helpers,
        "prelude": task.prelude,
        "text": task.text,
    }
    return json.dumps(data)


def decode(line: str) -> SynthesisTask:
    """The task that `encode` wrote."""
    data: Mapping[str, Plain] = json.loads(line)
    return SynthesisTask(
        name=data["name"],
        parameters=tuple(Parameter(*p) for p in data["parameters"]),
        returns=data["returns"],
        examples=tuple(
            Example(tuple(_unpack(args)), _unpack(expected), raises)
            for args, expected, raises in data["examples"]
        ),
        helpers=tuple(
            HelperSignature(name, tuple(Parameter(*p) for p in parameters), returns)
            for name, parameters, returns in data["helpers"]
        ),
        prelude=data["prelude"],
        text=data["text"],
    )

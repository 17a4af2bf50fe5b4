"""Operators on strings."""

import operator
from typing import Final

from holdfast.models.synthesis.kinds import call, infix, method, op
from holdfast.models.synthesis.terms import ATOM, Op

__all__ = ["TEXT"]

_LONGEST = 400


def _repeat(text: str, times: int) -> str:
    if len(text) * times > _LONGEST:
        raise OverflowError
    return text * times


def _index(text: str, at: int) -> str:
    return text[at]


def _from(text: str, at: int) -> str:
    return text[at:]


def _until(text: str, at: int) -> str:
    return text[:at]


def _slice(text: str, start: int, stop: int) -> str:
    return text[start:stop]


def _reversed(text: str) -> str:
    return text[::-1]


def _step(text: str, step: int) -> str:
    return text[::step]


def _find(text: str, part: str) -> int:
    return text.find(part)


def _in(part: str, text: str) -> bool:
    return part in text


def _width(width: int) -> int:
    if width > _LONGEST:
        raise OverflowError
    return width


def _zfill(text: str, width: int) -> str:
    return text.zfill(_width(width))


def _rjust(text: str, width: int) -> str:
    return text.rjust(_width(width))


def _ljust(text: str, width: int) -> str:
    return text.ljust(_width(width))


def _center(text: str, width: int) -> str:
    return text.center(_width(width))


def _split(text: str) -> list[str]:
    return text.split()


def _split_at(text: str, separator: str) -> list[str]:
    return text.split(separator)


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


def _strip(text: str) -> str:
    return text.strip()


def _strip_of(text: str, characters: str) -> str:
    return text.strip(characters)


def _starts(text: str, part: str) -> bool:
    return text.startswith(part)


def _ends(text: str, part: str) -> bool:
    return text.endswith(part)


def _count(text: str, part: str) -> int:
    return text.count(part)


TEXT: Final[tuple[Op, ...]] = (
    call("len", "s", "int", len),
    infix("+", "ss", "str", operator.add, 10),
    op("*", "si", "str", _repeat, "{} * {}", strength=11, places=(11, 12)),
    op("index", "si", "str", _index, "{}[{}]", places=(ATOM, 0)),
    op("from", "si", "str", _from, "{}[{}:]", places=(ATOM, 0)),
    op("until", "si", "str", _until, "{}[:{}]", places=(ATOM, 0)),
    op("slice", "sii", "str", _slice, "{}[{}:{}]", places=(ATOM, 0, 0), cost=2),
    op("reversed", "s", "str", _reversed, "{}[::-1]", places=(ATOM,)),
    op("step", "si", "str", _step, "{}[::{}]", places=(ATOM, 0), cost=2),
    op("in", "ss", "bool", _in, "{} in {}", strength=5, places=(6, 6)),
    method("upper", "s", "str", str.upper),
    method("lower", "s", "str", str.lower),
    method("title", "s", "str", str.title, cost=2),
    method("capitalize", "s", "str", str.capitalize, cost=1),
    method("swapcase", "s", "str", str.swapcase, cost=1),
    method("strip", "s", "str", _strip),
    method("strip", "ss", "str", _strip_of, cost=2),
    method("isdigit", "s", "bool", str.isdigit),
    method("isalpha", "s", "bool", str.isalpha),
    method("isalnum", "s", "bool", str.isalnum),
    method("isupper", "s", "bool", str.isupper),
    method("islower", "s", "bool", str.islower),
    method("isspace", "s", "bool", str.isspace),
    method("startswith", "ss", "bool", _starts),
    method("endswith", "ss", "bool", _ends),
    method("count", "ss", "int", _count),
    method("find", "ss", "int", _find, cost=2),
    method("replace", "sss", "str", _replace, cost=1),
    method("split", "s", "list[str]", _split),
    method("split", "ss", "list[str]", _split_at),
    method("splitlines", "s", "list[str]", str.splitlines, cost=2),
    method("zfill", "si", "str", _zfill, cost=2),
    method("rjust", "si", "str", _rjust, cost=2),
    method("ljust", "si", "str", _ljust, cost=2),
    method("center", "si", "str", _center, cost=2),
    call("ord", "s", "int", ord),
    call("int", "s", "int", int),
    op("int_base2", "s", "int", lambda text: int(text, 2), "int({}, 2)", cost=2),
    call("float", "s", "float", float, cost=2),
    method("join", "sS", "str", str.join, iterates=True),
    method("join", "ss", "str", str.join),
    op("lines", "S", "str", "\n".join, '"\\n".join({})', iterates=True),
    op("concat", "S", "str", "".join, '"".join({})', iterates=True),
    op("words", "S", "str", " ".join, '" ".join({})', iterates=True),
    op("listed", "S", "str", ", ".join, '", ".join({})', cost=2, iterates=True),
)

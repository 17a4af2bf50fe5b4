"""Operators on lists, tuples, sets and dictionaries."""

import operator
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from holdfast.models.synthesis.kinds import call, infix, method, op
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import ATOM, Op

__all__ = ["COLLECTIONS"]

_LONGEST = 400


def _index(items: list[Plain], at: int) -> Plain:
    return items[at]


def _from(items: list[Plain], at: int) -> Plain:
    return items[at:]


def _until(items: list[Plain], at: int) -> Plain:
    return items[:at]


def _slice(items: list[Plain], start: int, stop: int) -> Plain:
    return items[start:stop]


def _reversed(items: list[Plain]) -> Plain:
    return items[::-1]


def _step(items: list[Plain], step: int) -> Plain:
    return items[::step]


def _odd(items: list[Plain]) -> Plain:
    return items[1::2]


def _in(item: Plain, items: Iterable[Plain]) -> bool:
    return item in items


def _not_in(item: Plain, items: Iterable[Plain]) -> bool:
    return item not in items


def _count(items: list[Plain], item: Plain) -> int:
    return items.count(item)


def _position(items: list[Plain], item: Plain) -> int:
    return items.index(item)


def _repeat(items: list[Plain], times: int) -> list[Plain]:
    if len(items) * times > _LONGEST:
        raise OverflowError
    return items * times


def _zip(left: Iterable[Plain], right: Iterable[Plain]) -> list[Plain]:
    return list(zip(left, right, strict=False))


def _zip_dict(left: Iterable[Plain], right: Iterable[Plain]) -> dict[Plain, Plain]:
    return dict(zip(left, right, strict=False))


def _transpose(rows: list[Plain]) -> list[Plain]:
    return list(zip(*rows, strict=False))


def _flatten(rows: list[Plain]) -> list[Plain]:
    return [item for row in rows for item in row]


def _unique(items: Iterable[Plain]) -> list[Plain]:
    return list(dict.fromkeys(items))


def _descending(items: Iterable[Plain]) -> list[Plain]:
    return sorted(items, reverse=True)


def _enumerate(items: Iterable[Plain]) -> list[Plain]:
    return list(enumerate(items))


def _items(table: dict[Plain, Plain]) -> list[Plain]:
    return list(table.items())


def _values(table: dict[Plain, Plain]) -> list[Plain]:
    return list(table.values())


def _at(table: dict[Plain, Plain], key: Plain) -> Plain:
    return table[key]


def _get(table: dict[Plain, Plain], key: Plain, default: Plain) -> Plain:
    return table.get(key, default)


def _merge(left: dict[Plain, Plain], right: dict[Plain, Plain]) -> dict[Plain, Plain]:
    return {**left, **right}


def _most(table: dict[Plain, Plain]) -> Plain:
    return max(table, key=lambda key: table[key])


def _commonest(items: Iterable[Plain]) -> Plain:
    listed = list(items)
    return max(listed, key=listed.count)


def _single(item: Plain) -> list[Plain]:
    return [item]


def _double(left: Plain, right: Plain) -> list[Plain]:
    return [left, right]


def _couple(left: Plain, right: Plain) -> tuple[Plain, Plain]:
    return (left, right)


def _any(items: list[Plain]) -> bool:
    return any(items)


def _all(items: list[Plain]) -> bool:
    return all(items)


def _items_of(items: Iterable[Plain]) -> list[Plain]:
    return list(items)


_FLATTENED: Final = replace(
    op("flatten", "K", "", _flatten, "[x for xs in {} for x in xs]", bare="x for xs in {} for x in xs"),
    loops=(0,),
)

COLLECTIONS: Final[tuple[Op, ...]] = (
    call("len", "L", "int", len),
    call("len", "d", "int", len),
    call("len", "e", "int", len),
    call("len", "t", "int", len),
    call("sum", "N", "", sum, iterates=True),
    call("max", "G", "", max, iterates=True),
    call("min", "G", "", min, iterates=True),
    call("max", "e", "", max, iterates=True),
    call("sorted", "O", "", sorted, iterates=True),
    call("sorted", "s", "list[str]", sorted, iterates=True),
    call("sorted", "e", "", sorted, iterates=True),
    call("sorted", "d", "", sorted, iterates=True),
    op("sorted_down", "O", "", _descending, "sorted({}, reverse=True)", cost=2, iterates=True),
    op("index", "Li", "", _index, "{}[{}]", places=(ATOM, 0)),
    op("index", "ti", "", _index, "{}[{}]", places=(ATOM, 0)),
    op("from", "Li", "", _from, "{}[{}:]", places=(ATOM, 0)),
    op("until", "Li", "", _until, "{}[:{}]", places=(ATOM, 0)),
    op("slice", "Lii", "", _slice, "{}[{}:{}]", places=(ATOM, 0, 0), cost=2),
    op("reversed", "L", "", _reversed, "{}[::-1]", places=(ATOM,)),
    op("reversed", "t", "tuple", _reversed, "{}[::-1]", places=(ATOM,)),
    op("step", "Li", "", _step, "{}[::{}]", places=(ATOM, 0)),
    op("odd", "L", "", _odd, "{}[1::2]", places=(ATOM,), cost=3),
    infix("+", "LL", "", operator.add, 10),
    op("*", "Li", "", _repeat, "{} * {}", strength=11, places=(11, 12), cost=2),
    op("in", "hL", "bool", _in, "{} in {}", strength=5, places=(6, 6), iterates=True),
    op("in", "hd", "bool", _in, "{} in {}", strength=5, places=(6, 6)),
    op("in", "he", "bool", _in, "{} in {}", strength=5, places=(6, 6)),
    op("not_in", "hL", "bool", _not_in, "{} not in {}", strength=5, places=(6, 6), iterates=True),
    op("not_in", "he", "bool", _not_in, "{} not in {}", strength=5, places=(6, 6)),
    op("not_in", "ss", "bool", _not_in, "{} not in {}", strength=5, places=(6, 6)),
    method("count", "Lh", "int", _count),
    method("index", "Lh", "int", _position),
    op("unique", "L", "", _unique, "list(dict.fromkeys({}))", bare="dict.fromkeys({})", iterates=True),
    op("unique", "s", "", _unique, "list(dict.fromkeys({}))", bare="dict.fromkeys({})", iterates=True),
    call("set", "L", "set", set, iterates=True),
    call("set", "s", "set", set, iterates=True),
    call("tuple", "L", "tuple", tuple, iterates=True),
    call("list", "t", "", _items_of, iterates=True),
    op("list", "s", "list[str]", _items_of, "list({})", bare="{}", iterates=True),
    op("zip", "yy", "list[tuple]", _zip, "list(zip({}, {}))", bare="zip({}, {})", iterates=True),
    op(
        "enumerate",
        "q",
        "list[tuple]",
        _enumerate,
        "list(enumerate({}))",
        bare="enumerate({})",
        iterates=True,
    ),
    op("transpose", "K", "list[tuple]", _transpose, "list(zip(*{}))", places=(ATOM,), bare="zip(*{})"),
    _FLATTENED,
    op("couple", "aa", "tuple", _couple, "({}, {})"),
    op("single", "a", "", _single, "[{}]"),
    op("double", "hh", "", _double, "[{}, {}]", alike=True),
    call("any", "N", "bool", _any, iterates=True),
    call("all", "N", "bool", _all, iterates=True),
    infix("&", "ee", "set", operator.and_, 8, commutes=True),
    infix("|", "ee", "set", operator.or_, 6, commutes=True),
    infix("-", "ee", "set", operator.sub, 10),
    infix("^", "ee", "set", operator.xor, 7, commutes=True, cost=2),
    infix("<=", "ee", "bool", operator.le, 5, symmetric=True),
    op("items", "d", "list[tuple]", _items, "list({}.items())", places=(ATOM,), bare="{}.items()"),
    op("values", "d", "", _values, "list({}.values())", places=(ATOM,), bare="{}.values()"),
    op("keys", "d", "", _items_of, "list({})", bare="{}"),
    op("at", "dh", "", _at, "{}[{}]", places=(ATOM, 0)),
    method("get", "dha", "", _get),
    op("merge", "dd", "dict", _merge, "{{**{}, **{}}}", places=(6, 6)),
    op("most", "d", "", _most, "max({0}, key={0}.get)", cost=2),
    op("commonest", "L", "", _commonest, "max({0}, key={0}.count)", cost=2),
    op("commonest", "s", "str", _commonest, "max({0}, key={0}.count)", cost=2),
    call("dict", "P", "dict", dict, iterates=True),
    op("zip_dict", "yy", "dict", _zip_dict, "dict(zip({}, {}))", iterates=True),
)

"""Loops that fill a dictionary: items gathered in lists by a key, or added up by a key."""

from collections.abc import Iterator, Sequence
from typing import Final

from holdfast.models.synthesis.loop import Loop
from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import Op, Term
from holdfast.models.synthesis.values import ERROR, Vector, same

__all__ = ["Gathering"]

_MOST_VALUES: Final = 40
_MOST_KEYS: Final = 8


class Gathering:
    """Looks for the key and the value that make a dictionary out of a loop."""

    def __init__(self, loop: Loop, target: Vector) -> None:
        """`target` has a dictionary for each outer point."""
        self._loop = loop
        self._target = target
        entries = [entry for table in target if table is not ERROR for entry in table.values()]
        self._lists = bool(entries) and all(type(entry) is list for entry in entries)
        self._sums = bool(entries) and all(type(entry) in {int, float} for entry in entries)
        self._keys: list[Term] = []
        self._values: list[Term] = []

    def offer(self, term: Term) -> Iterator[Term]:
        """Dictionaries that an expression of the loop completes, as key or as value."""
        if not term.total or not (self._lists or self._sums):
            return
        if len(self._keys) < _MOST_KEYS and self._is_key(term):
            self._keys.append(term)
            for value in self._values:
                yield from self._try(term, value)
        if len(self._values) < _MOST_VALUES and (self._lists or term.kind in {"int", "float"}):
            self._values.append(term)
            for key in self._keys:
                yield from self._try(key, term)

    def _is_key(self, term: Term) -> bool:
        try:
            parts = self._loop.groups(term.vector)
            return all(set(part or ()) == set(table) for part, table in zip(parts, self._target, strict=True))
        except TypeError:
            return False

    def _try(self, key: Term, value: Term) -> Iterator[Term]:
        parts = zip(self._loop.groups(key.vector), self._loop.groups(value.vector), strict=True)
        for (keys, values), table in zip(parts, self._target, strict=True):
            if not same(self._gathered(keys or (), values or ()), table):
                return
        yield self._built(key, value)

    def _gathered(self, keys: Sequence[Plain], values: Sequence[Plain]) -> dict[Plain, Plain]:
        table: dict[Plain, Plain] = {}
        for key, value in zip(keys, values, strict=True):
            if self._lists:
                table.setdefault(key, []).append(value)
            else:
                table[key] = table.get(key, 0) + value
        return table

    def _built(self, key: Term, value: Term) -> Term:
        clause = self._loop.clause
        sources = len(clause.args)
        text = clause.text
        for place in range(2, sources + 2):
            text = text.replace("{}", f"{{{place}}}", 1)
        line = "table.setdefault({0}, []).append({1})"
        if not self._lists:
            line = "table[{0}] = table.get({0}, 0) + {1}"
        op = Op(
            name="gathering",
            text="table",
            setup=f"table = {{{{}}}}\n{text}:\n    {line}",
            places=(0, 11, *(2,) * sources),
            loops=tuple(range(2, sources + 2)),
        )
        cost = 4 + key.cost + value.cost + clause.cost
        return self._loop.outside(Term(op, (key, value, *clause.args), self._target, "dict", cost=cost))

"""What may hold of a function whatever it is given: expressions over its parameters and its own calls.

Pure: which of them hold is found out in `holdfast.checkers.python.telling`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Property", "Shape", "properties_of"]

_NUMBERS = frozenset({"int", "float"})
_ORDERED = frozenset({"list", "tuple", "str"})
_SIZED = _ORDERED | {"set", "frozenset", "dict"}


@dataclass(frozen=True, slots=True)
class Property:
    """One expression that is true whenever the property holds."""

    name: str
    """A few words, joined by underscores."""
    expression: str
    reserve: str = ""
    """What has to hold of the parameters for the expression to mean anything; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A function as far as it matters here."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and kinds (names of classes) of those that are given, in order."""
    result: str
    """The kind of what comes back."""
    helpers: tuple[str, ...] = ()
    """Other functions of the file that take one argument."""

    def call(self, *arguments: str) -> str:
        """The function called with these; without any, with its parameters."""
        return f"{self.name}({', '.join(arguments or (name for name, _ in self.parameters))})"

    def instead(self, name: str, other: str) -> str:
        """The function called with its parameters, but with `other` in place of one."""
        return self.call(*(other if each == name else each for each, _ in self.parameters))


def properties_of(shape: Shape) -> Iterator[Property]:
    """Properties that such a function may have, the plainest first."""
    yield from _of_result(shape)
    for name, kind in shape.parameters:
        yield from _of_one(shape, name, kind)
    yield from _of_all(shape)
    if len(shape.parameters) == 1:
        yield from _of_repetition(shape)


def _of_result(shape: Shape) -> Iterator[Property]:
    call = shape.call()
    yield Property(f"is_of_type_{shape.result}", f"type({call}) is {shape.result}")
    if shape.result in _NUMBERS:
        yield Property("is_never_negative", f"{call} >= 0")
    if shape.result in {"list", "tuple"}:
        yield Property("is_sorted", f"list({call}) == sorted({call})")
        yield Property("has_no_duplicates", f"len(set({call})) == len({call})")


def _of_one(shape: Shape, name: str, kind: str) -> Iterator[Property]:
    call, turned = shape.call(), shape.instead(name, f"{name}[::-1]")
    if kind in _SIZED and shape.result in _SIZED:
        yield Property(f"is_as_long_as_{name}", f"len({call}) == len({name})")
        yield Property(f"is_no_longer_than_{name}", f"len({call}) <= len({name})")
        yield Property(f"has_only_items_of_{name}", f"set({call}) <= set({name})")
    if kind in _ORDERED and shape.result in _ORDERED:
        yield Property(f"has_the_items_of_{name}", f"sorted({call}) == sorted({name})")
        yield Property(f"turns_with_{name}", f"{turned} == {call}[::-1]")
    if kind in _ORDERED:
        yield Property(f"does_not_depend_on_the_order_of_{name}", f"{turned} == {call}")
    if kind in _ORDERED and shape.result in _NUMBERS:
        yield Property(f"is_at_most_the_length_of_{name}", f"{call} <= len({name})")
    if kind in {"list", "tuple", "set", "frozenset"}:
        yield Property(f"is_an_item_of_{name}", f"{call} in {name}", name)
        if shape.result in _NUMBERS:
            yield Property(f"is_within_{name}", f"min({name}) <= {call} <= max({name})", name)
    if kind == "int":
        yield from _of_number(shape, name)


def _of_number(shape: Shape, name: str) -> Iterator[Property]:
    call, later = shape.call(), shape.instead(name, f"{name} + 1")
    if shape.result in _NUMBERS:
        yield Property(f"grows_with_{name}", f"{call} <= {later}")
        yield Property(f"falls_with_{name}", f"{call} >= {later}")
        yield Property(f"is_at_most_{name}", f"{call} <= {name}")
        yield Property(f"is_at_least_{name}", f"{call} >= {name}")
        yield Property(f"is_even_in_{name}", f"{shape.instead(name, f'-{name}')} == {call}")
    if shape.result in _SIZED:
        yield Property(f"has_{name}_items", f"len({call}) == {name}")
        yield Property(f"has_at_most_{name}_items", f"len({call}) <= max({name}, 0)")


def _of_all(shape: Shape) -> Iterator[Property]:
    """Properties that speak of several parameters."""
    call, names = shape.call(), [name for name, _ in shape.parameters]
    kinds = {kind for _, kind in shape.parameters}
    if len(names) < 2:
        return
    listed = ", ".join(names)
    if kinds <= _NUMBERS and shape.result in _NUMBERS:
        yield Property("is_one_of_its_arguments", f"{call} in ({listed})")
        yield Property("is_within_its_arguments", f"min({listed}) <= {call} <= max({listed})")
    if len(names) == 2 and len(kinds) == 1:
        yield Property("is_symmetric", f"{shape.call(*reversed(names))} == {call}")


def _of_repetition(shape: Shape) -> Iterator[Property]:
    """Properties that call the function, or another one, with what it returned."""
    ((name, kind),) = shape.parameters
    call = shape.call()
    if kind == shape.result:
        yield Property("changes_nothing_the_second_time", f"{shape.call(call)} == {call}")
        yield Property("undoes_itself", f"{shape.call(call)} == {name}")
    if kind in _ORDERED and shape.result in _ORDERED | _NUMBERS:
        yield Property("adds_up", f"{shape.call(f'{name} + {name}')} == {call} + {call}")
    for helper in shape.helpers:
        yield Property(f"is_undone_by_{helper}", f"{helper}({call}) == {name}")
        yield Property(f"undoes_{helper}", f"{shape.call(f'{helper}({name})')} == {name}")

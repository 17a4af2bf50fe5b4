"""Groups of kinds by letter, and the short way in which the operator tables are written."""

from collections.abc import Callable

from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.terms import ATOM, NONE, Op

__all__ = ["ITERABLE", "LISTS", "call", "infix", "method", "op"]

LISTS = frozenset(
    f"list[{inside}]"
    for inside in ("int", "float", "bool", "str", "tuple", "list", "dict", "set", "any", "none", "")
)
ITERABLE = LISTS | {"str", "dict", "tuple"}
_SCALARS = frozenset({"int", "float", "str", "bool", "tuple"})
_GROUPS = {
    "i": frozenset({"int"}),
    "f": frozenset({"float"}),
    "n": frozenset({"int", "float"}),
    "b": frozenset({"bool"}),
    "s": frozenset({"str"}),
    "d": frozenset({"dict"}),
    "e": frozenset({"set"}),
    "t": frozenset({"tuple"}),
    "L": LISTS,
    "N": frozenset({"list[int]", "list[float]", "list[bool]"}),
    "S": frozenset({"list[str]"}),
    "B": frozenset({"list[bool]"}),
    "I": frozenset({"list[int]"}),
    "K": frozenset({"list[list]", "list[tuple]"}),
    "P": frozenset({"list[tuple]"}),
    "O": frozenset({"list[int]", "list[float]", "list[str]", "list[tuple]", "list[list]"}),
    "G": frozenset({"list[int]", "list[float]", "list[str]", "list[tuple]", "str", "tuple"}),
    "h": _SCALARS,
    "o": frozenset({"int", "float", "str"}),
    "c": frozenset({"str", "dict", "set", "tuple"}) | LISTS,
    "y": ITERABLE,
    "q": frozenset({"str", "tuple"}) | LISTS,
    "a": frozenset({"int", "float", "str", "bool", "tuple", "none", "dict", "set", "any"}) | LISTS,
}


def op(
    name: str,
    kinds: str,
    result: str,
    function: Callable[..., Plain],
    text: str,
    *,
    strength: int = ATOM,
    places: tuple[int, ...] = (),
    cost: int = 1,
    commutes: bool = False,
    alike: bool = False,
    bare: str = "",
    iterates: bool = False,
) -> Op:
    """An operator; `kinds` has one letter a place."""
    return Op(
        name=name,
        arguments=tuple(_GROUPS[letter] for letter in kinds),
        result=result,
        function=function,
        text=text,
        strength=strength,
        places=places or (NONE,) * len(kinds),
        cost=cost,
        commutes=commutes,
        alike=alike,
        bare=bare,
        iterates=iterates,
    )


def infix(
    sign: str,
    kinds: str,
    result: str,
    function: Callable[..., Plain],
    strength: int,
    *,
    cost: int = 1,
    commutes: bool = False,
    alike: bool = False,
    symmetric: bool = False,
) -> Op:
    """A binary operator; with `symmetric`, operands of the same strength stand in brackets on both sides."""
    left = strength + 1 if symmetric else strength
    return op(
        sign,
        kinds,
        result,
        function,
        f"{{}} {sign} {{}}",
        strength=strength,
        places=(left, strength + 1),
        cost=cost,
        commutes=commutes,
        alike=alike,
    )


def call(
    name: str,
    kinds: str,
    result: str,
    function: Callable[..., Plain],
    *,
    cost: int = 1,
    commutes: bool = False,
    iterates: bool = False,
    alike: bool = False,
) -> Op:
    """A call of a function by name."""
    text = f"{name}({', '.join(['{}'] * len(kinds))})"
    return op(
        name, kinds, result, function, text, cost=cost, commutes=commutes, iterates=iterates, alike=alike
    )


def method(
    name: str,
    kinds: str,
    result: str,
    function: Callable[..., Plain],
    *,
    cost: int = 1,
    iterates: bool = False,
    bare: str = "",
    text: str = "",
) -> Op:
    """A call of a method of the first argument."""
    text = text or f"{{}}.{name}({', '.join(['{}'] * (len(kinds) - 1))})"
    places = (ATOM, *(NONE,) * (len(kinds) - 1))
    return op(name, kinds, result, function, text, places=places, cost=cost, iterates=iterates, bare=bare)

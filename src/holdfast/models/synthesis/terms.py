"""Operators, expressions built from them, and how an expression is written down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from holdfast.models.synthesis.task import Plain
from holdfast.models.synthesis.values import ERROR, Vector

__all__ = ["ATOM", "NONE", "Op", "Term", "constant", "render", "setups", "variable"]

NONE: Final = 0
"""The binding strength of a place that takes any expression."""
ATOM: Final = 15
"""The binding strength of names, literals, calls and brackets."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Op:
    """One way to build an expression from others."""

    name: str
    arguments: tuple[frozenset[str], ...] = ()
    """For each place, the kinds that fit."""
    result: str = ""
    """The kind of what comes out, empty where it depends on the values."""
    function: Callable[..., Plain] = field(default=lambda: None)
    text: str = ""
    """How it is written, with `{}` for each place."""
    strength: int = ATOM
    places: tuple[int, ...] = ()
    """For each place, how strongly what stands there has to bind."""
    cost: int = 1
    commutes: bool = False
    alike: bool = False
    """Whether the first two arguments have to be of one kind."""
    bare: str = ""
    """How it is written where anything to iterate over will do, empty for the same."""
    iterates: bool = False
    """Whether its arguments are only iterated over."""
    loops: tuple[int, ...] = ()
    """Places that are iterated over by a `for`."""
    setup: str = ""
    """Statements that come first, with `{}` or `{0}` for the arguments."""


class Term:
    """An expression, and its value at each point."""

    __slots__ = ("args", "cost", "kind", "op", "total", "uses", "vector")

    def __init__(
        self, op: Op, args: tuple["Term", ...], vector: Vector, kind: str, *, cost: int | None = None
    ) -> None:
        """Apply `op`; `vector` is what came out."""
        self.op = op
        self.args = args
        self.vector = vector
        self.kind = kind
        self.total = ERROR not in vector if kind in {"int", "bool", "str", "float"} else _whole(vector)
        self.cost: int = op.cost + sum(arg.cost for arg in args) if cost is None else cost
        self.uses: frozenset[str] = frozenset().union(*(arg.uses for arg in args)) if args else frozenset()

    def __repr__(self) -> str:
        return f"Term({render(self)})"


def _whole(vector: Vector) -> bool:
    return all(value is not ERROR for value in vector)


def variable(name: str, vector: Vector, kind: str) -> Term:
    """A name that has these values."""
    term = Term(Op(name=name, text=name), (), vector, kind)
    term.uses = frozenset((name,))
    return term


def constant(value: Plain, points: int, kind: str, cost: int) -> Term:
    """A literal."""
    strength = 12 if isinstance(value, int | float) and value < 0 else ATOM
    return Term(
        Op(name="constant", text=_literal(value), strength=strength, cost=cost), (), (value,) * points, kind
    )


def _literal(value: Plain) -> str:
    if isinstance(value, str) and '"' not in value and "\\" not in repr(value) and "'" not in value:
        return f'"{value}"'
    return repr(value)


_FLIPPED = {"<": ">", "<=": ">=", "==": "==", "!=": "!="}


def render(term: Term, least: int = NONE, *, bare: bool = False) -> str:
    """The expression as Python, in brackets where it binds less strongly than `least`."""
    op, args = term.op, term.args
    if op.name in _FLIPPED and args[0].op.name == "constant" != args[1].op.name:
        text = f"{render(args[1], 6)} {_FLIPPED[op.name]} {render(args[0], 6)}"
    else:
        places = op.places or (NONE,) * len(args)
        inside = [
            _inside(op, index, arg, place)
            for index, (arg, place) in enumerate(zip(args, places, strict=True))
        ]
        text = (op.bare if bare and op.bare else op.text).format(*inside)
    return f"({text})" if op.strength < least else text


def _inside(op: Op, index: int, arg: Term, place: int) -> str:
    generator = " for " in arg.op.bare
    bare = (op.iterates and (not generator or len(op.arguments) == 1 or op.name == "join")) or (
        index in op.loops and not generator
    )
    return render(arg, place, bare=bare)


def setups(term: Term) -> list[str]:
    """The statements that have to come before the expression, each block once."""
    blocks: list[str] = []
    for arg in term.args:
        blocks += [block for block in setups(arg) if block not in blocks]
    if term.op.setup:
        places = term.op.places or (NONE,) * len(term.args)
        inside = [
            _inside(term.op, index, arg, place)
            for index, (arg, place) in enumerate(zip(term.args, places, strict=True))
        ]
        blocks.append(term.op.setup.format(*inside))
    return blocks

"""Formulas of intuitionistic propositional logic: reading, printing and first-order unification.

Atoms of a statement under proof are rigid; a placeholder (`?A`) stands for a formula not yet chosen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "And",
    "Atom",
    "Bottom",
    "Formula",
    "FormulaError",
    "Implies",
    "Or",
    "Placeholder",
    "Top",
    "atoms",
    "instantiate",
    "parse_formula",
    "placeholders",
    "substitute",
    "unify",
]


@dataclass(frozen=True, slots=True)
class Atom:
    """A propositional variable."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A formula that is not yet chosen; `name` begins with a question mark."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Top:
    """Truth."""

    def __str__(self) -> str:
        return "True"


@dataclass(frozen=True, slots=True)
class Bottom:
    """Falsity."""

    def __str__(self) -> str:
        return "False"


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction."""

    left: "Formula"
    right: "Formula"

    def __str__(self) -> str:
        return f"{_at(self.left, 3)} /\\ {_at(self.right, 2)}"


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction."""

    left: "Formula"
    right: "Formula"

    def __str__(self) -> str:
        return f"{_at(self.left, 2)} \\/ {_at(self.right, 1)}"


@dataclass(frozen=True, slots=True)
class Implies:
    """Implication; `~ A` is read as `A -> False` and printed back as `~ A`."""

    left: "Formula"
    right: "Formula"

    def __str__(self) -> str:
        if isinstance(self.right, Bottom):
            return f"~ {_at(self.left, 3)}"
        return f"{_at(self.left, 1)} -> {_at(self.right, 0)}"


Formula: TypeAlias = Atom | Placeholder | Top | Bottom | And | Or | Implies


class FormulaError(ValueError):
    """A text is not a formula; `offset` is the character at fault."""

    def __init__(self, message: str, offset: int) -> None:
        """Keep the offset beside the message."""
        self.offset = offset
        super().__init__(message)


def _level(formula: Formula) -> int:
    match formula:
        case Implies(_, Bottom()):
            return 3
        case Implies():
            return 0
        case Or():
            return 1
        case And():
            return 2
        case _:
            return 4


def _at(formula: Formula, level: int) -> str:
    return str(formula) if _level(formula) >= level else f"({formula})"


_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][\w']*)|(?P<mark>/\\|\\/|->|~|\(|\)))")
_BINARY: Mapping[str, tuple[int, type[Implies | Or | And]]] = {
    "->": (0, Implies),
    "\\/": (1, Or),
    "/\\": (2, And),
}
_CONSTANTS: Mapping[str, Formula] = {"True": Top(), "False": Bottom()}


def parse_formula(text: str) -> Formula:
    r"""The formula that `text` spells; all connectives associate to the right, `~` binds tightest.

    Raises:
        FormulaError: `text` is not one formula.

    >>> str(parse_formula(r"A /\ B -> ~(A -> False \/ B)"))
    'A /\\ B -> ~ (A -> False \\/ B)'
    """
    tokens, end = [], len(text.rstrip())
    offset = 0
    while offset < end:
        found = _TOKEN.match(text, offset)
        if found is None:
            raise FormulaError(f"unexpected character {text[offset:].lstrip()[:1]!r}", offset)
        tokens.append((found[found.lastgroup or 0], found.start(found.lastgroup or 0)))
        offset = found.end()
    parser = _Parser(tokens, end)
    try:
        formula = parser.binary(0)
    except RecursionError:
        raise FormulaError("the formula is nested too deeply", 0) from None
    if parser.position < len(tokens):
        raise FormulaError(f"unexpected {parser.peek()!r}", parser.offset())
    return formula


class _Parser:
    """A cursor over tokens; precedence climbing."""

    def __init__(self, tokens: list[tuple[str, int]], end: int) -> None:
        self.tokens = tokens
        self.end = end
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def offset(self) -> int:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else self.end

    def binary(self, level: int) -> Formula:
        left = self.unary()
        while self.peek() in _BINARY:
            own, build = _BINARY[self.peek()]
            if own < level:
                return left
            self.position += 1
            left = build(left, self.binary(own))
        return left

    def unary(self) -> Formula:
        word, offset = self.peek(), self.offset()
        self.position += 1
        if word == "~":
            return Implies(self.unary(), Bottom())
        if word == "(":
            inner = self.binary(0)
            if self.peek() != ")":
                raise FormulaError("a parenthesis is not closed", offset)
            self.position += 1
            return inner
        if not word or word in _BINARY or word == ")":
            raise FormulaError("a formula is missing here", offset)
        return _CONSTANTS.get(word, Atom(word))


def _leaves(formula: Formula) -> Iterator[Formula]:
    match formula:
        case And(left, right) | Or(left, right) | Implies(left, right):
            yield from _leaves(left)
            yield from _leaves(right)
        case _:
            yield formula


def atoms(formula: Formula) -> tuple[str, ...]:
    """Names of the atoms, each once, in order of appearance."""
    return tuple(dict.fromkeys(leaf.name for leaf in _leaves(formula) if isinstance(leaf, Atom)))


def placeholders(formula: Formula) -> tuple[str, ...]:
    """Names of the placeholders, each once, in order of appearance."""
    return tuple(dict.fromkeys(leaf.name for leaf in _leaves(formula) if isinstance(leaf, Placeholder)))


def instantiate(formula: Formula, chosen: Mapping[str, Formula]) -> Formula:
    """`formula` with the atoms in `chosen` replaced."""
    match formula:
        case Atom(name):
            return chosen.get(name, formula)
        case And(left, right) | Or(left, right) | Implies(left, right):
            return type(formula)(instantiate(left, chosen), instantiate(right, chosen))
        case _:
            return formula


def substitute(formula: Formula, solved: Mapping[str, Formula]) -> Formula:
    """`formula` with solved placeholders replaced, through and through."""
    match formula:
        case Placeholder(name) if name in solved:
            return substitute(solved[name], solved)
        case And(left, right) | Or(left, right) | Implies(left, right):
            return type(formula)(substitute(left, solved), substitute(right, solved))
        case _:
            return formula


def unify(left: Formula, right: Formula, solved: Mapping[str, Formula]) -> dict[str, Formula] | None:
    """`solved`, extended so that both sides become equal; None where nothing makes them equal."""
    left, right = substitute(left, solved), substitute(right, solved)
    if left == right:
        return dict(solved)
    match left, right:
        case (Placeholder(name), other) | (other, Placeholder(name)):
            return None if name in placeholders(other) else {**solved, name: other}
        case (And(a, b), And(c, d)) | (Or(a, b), Or(c, d)) | (Implies(a, b), Implies(c, d)):
            halfway = unify(a, c, solved)
            return None if halfway is None else unify(b, d, halfway)
        case _:
            return None

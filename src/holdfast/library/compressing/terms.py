"""Programs as terms: trees whose equal parts are one number, with names of locals out of the way.

A name that a window of statements gives a value to is numbered by the order of these stores, and a name of a
comprehension by how deep it stands: windows that differ by such names alone are the same term. Any other name
of a program's own is *free*: it can only be an argument. Names of the library and of Python stay as they are.
"""

import ast
from collections.abc import Sequence
from typing import Any, TypeAlias

from holdfast.library.compressing.liveness import stored_names

__all__ = ["BOUND", "FREE", "HOLE", "INNER", "Encoder", "Label", "Terms", "Unsuitable", "fields_of"]

Label: TypeAlias = tuple[Any, ...]
BOUND, FREE, HOLE, INNER = "bound", "free", "hole", "inner"

_SKIPPED = frozenset({"type_comment", "kind", "type_params"})
_ORDERS: dict[type[ast.AST], tuple[str, ...]] = {
    # As they are evaluated: what is read before a name is stored is another thing than what is read after.
    ast.Assign: ("value", "targets"),
    ast.AugAssign: ("op", "value", "target"),
    ast.For: ("iter", "target", "body", "orelse"),
    ast.comprehension: ("iter", "target", "ifs", "is_async"),
    ast.ListComp: ("generators", "elt"),
    ast.SetComp: ("generators", "elt"),
    ast.GeneratorExp: ("generators", "elt"),
    ast.DictComp: ("generators", "key", "value"),
}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_UNSUITABLE = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Return,
    ast.Global,
    ast.Nonlocal,
    ast.Delete,
    ast.NamedExpr,
    ast.AnnAssign,
    ast.Match,
    ast.Try,
    ast.TryStar,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.AsyncFor,
    ast.AsyncWith,
)
_SIZES: dict[str, int] = {
    "Assign": 1,
    "AugAssign": 1,
    "For": 3,
    "While": 2,
    "If": 2,
    "With": 2,
    "Expr": 0,
    "keyword": 2,
    "Attribute": 2,
    "Subscript": 2,
    "comprehension": 2,
    "IfExp": 2,
    "Lambda": 2,
    "arguments": 0,
    "withitem": 0,
    "JoinedStr": 1,
    "FormattedValue": 2,
}


class Unsuitable(Exception):  # noqa: N818 - it is an answer, not a fault
    """A node that cannot stand in a function of the library as it stands in a program."""


class Terms:
    """A store of terms: equal ones have one number."""

    def __init__(self) -> None:
        """An empty store."""
        self.labels: list[Label] = []
        self.children: list[tuple[int, ...]] = []
        self.sizes: list[int] = []
        """Of the whole term, in tokens, roughly as Python's tokenizer counts."""
        self.own: list[int] = []
        """Of the topmost node alone."""
        self.closed: list[bool] = []
        """Whether a term speaks of nothing that its window binds: it can be an argument."""
        self.fixed: list[bool] = []
        """Whether it has no free name either: it can stand in a function as it is."""
        self._tops: dict[tuple[Label, int], int] = {}
        self._deepest: list[int] = []
        self._bound: list[bool] = []
        self._known: dict[tuple[Label, tuple[int, ...]], int] = {}

    def add(self, label: Label, children: tuple[int, ...]) -> int:
        """The number of a term."""
        number = self._known.get((label, children))
        if number is None:
            number = self._known[label, children] = len(self.labels)
            self._append(label, children)
        return number

    def top(self, number: int) -> int:
        """The first term with the same node on top; terms that differ below have the same."""
        key = (self.labels[number], len(self.children[number]))
        return self._tops.setdefault(key, number)

    def is_argument(self, number: int) -> bool:
        """Whether a term can be handed to a function: an expression that reads nothing of its window."""
        label = self.labels[number]
        stored = label[0] in _STORABLE and label[-1] == "Store"
        return self.closed[number] and label[0] not in _NO_ARGUMENT and not stored

    def _append(self, label: Label, children: tuple[int, ...]) -> None:
        self.labels.append(label)
        self.children.append(children)
        own = _own_size(label, len(children))
        self.own.append(own)
        self.sizes.append(own + sum(self.sizes[child] for child in children))
        bound = label[0] == BOUND or any(self._bound[child] for child in children)
        self._bound.append(bound)
        # How many scopes a name reaches out of the term; a comprehension closes one.
        deepest = max((self._deepest[child] for child in children), default=0)
        deepest = label[1] + 1 if label[0] == INNER else deepest - (label[0] in _OPENS and deepest > 0)
        self._deepest.append(deepest)
        self.closed.append(not bound and deepest == 0)
        free = label[0] in {FREE, HOLE} or not all(self.fixed[child] for child in children)
        self.fixed.append(not free)


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that its term has, in their order there."""
    return tuple(field for field in _ORDERS.get(kind, kind._fields) if field not in _SKIPPED)


_OPENS = frozenset(kind.__name__ for kind in (*_COMPREHENSIONS, ast.Lambda))
_NO_ARGUMENT = frozenset({"Slice", "Starred", "keyword", "comprehension", "arguments", "arg", "withitem"}) | {
    "FormattedValue"
}


_STORABLE = frozenset({"Attribute", "Subscript", "Tuple", "List", "Starred"})


def _own_size(label: Label, children: int) -> int:
    kind = label[0]
    if kind in _SIZES:
        return _SIZES[kind]
    if kind == "Call":
        return 2 + max(0, children - 2)
    if kind in {"List", "Tuple", "Set", "Dict"}:
        return 2 + max(0, children - 1)
    if kind in {"BoolOp", "Compare"}:
        return max(1, children - 1)
    if kind in _OPENS:
        return 2
    return 1


class Encoder:
    """Turns the nodes of one window into terms, in the order in which the window's text has them."""

    def __init__(self, terms: Terms, known: frozenset[str], holes: Sequence[str] = ()) -> None:
        """`known` are names of the library and of Python; `holes` are the parameters of a template."""
        self._terms = terms
        self._known = known
        self._holes = {name: number for number, name in enumerate(holes)}
        self.bound: dict[str, int] = {}
        """Names that were stored so far, by their number."""
        self._scopes: list[dict[str, int]] = []

    def encode(self, node: ast.AST) -> int:
        """The term of a node. Raises Unsuitable for what cannot stand in a function."""
        if isinstance(node, _UNSUITABLE):
            raise Unsuitable(type(node).__name__)
        if isinstance(node, ast.Name):
            return self._terms.add(self._name(node.id, type(node.ctx).__name__), ())
        if isinstance(node, ast.For | ast.While):
            return self._loop(node)
        if isinstance(node, ast.Lambda):
            return self._lambda(node)
        if isinstance(node, _COMPREHENSIONS):
            self._scopes.append({})
            try:
                return self._generic(node)
            finally:
                self._scopes.pop()
        if isinstance(node, ast.Constant):
            return self._terms.add(("Constant", type(node.value).__name__, repr(node.value)), ())
        return self._generic(node)

    def _name(self, name: str, context: str) -> Label:
        for depth, scope in enumerate(reversed(self._scopes)):
            if name in scope:
                return (INNER, depth, scope[name], context)
        if context == "Store":
            if self._scopes:
                scope = self._scopes[-1]
                return (INNER, 0, scope.setdefault(name, len(scope)), context)
            return (BOUND, self.bound.setdefault(name, len(self.bound)), context)
        if name in self.bound:
            return (BOUND, self.bound[name], context)
        if name in self._holes:
            return (HOLE, self._holes[name])
        return ("Name", name) if name in self._known else (FREE, name)

    def _loop(self, node: ast.For | ast.While) -> int:
        first = self.encode(node.iter) if isinstance(node, ast.For) else None
        # What the body stores, its next turn reads: there the names are the window's own from the start.
        for name in stored_names([node]):
            self.bound.setdefault(name, len(self.bound))
        return self._generic(node, first)

    def _lambda(self, node: ast.Lambda) -> int:
        plain = ast.arguments(
            posonlyargs=[],
            args=node.args.args,
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
            vararg=None,
            kwarg=None,
        )
        if ast.dump(plain) != ast.dump(node.args):
            raise Unsuitable("Lambda")
        names = {each.arg: place for place, each in enumerate(node.args.args)}
        self._scopes.append(names)
        try:
            return self._terms.add(("Lambda", len(names)), (self.encode(node.body),))
        finally:
            self._scopes.pop()

    def _generic(self, node: ast.AST, first: int | None = None) -> int:
        label: list[Any] = [type(node).__name__]
        children: list[int] = []
        for field in fields_of(type(node)):
            value = getattr(node, field)
            if field == "iter" and first is not None:
                children.append(first)
                label.append(1)
            elif isinstance(value, list):
                label.append(self._list(value, children, plain=isinstance(node, ast.JoinedStr)))
            elif isinstance(value, ast.AST) and value._fields:
                children.append(self.encode(value))
                label.append(1)
            else:
                label.append(type(value).__name__ if isinstance(value, ast.AST) else value)
        return self._terms.add(tuple(label), tuple(children))

    def _list(self, values: Sequence[Any], children: list[int], *, plain: bool) -> Label:
        """Children of a list; what has no fields (an operator, the None of a dict) goes into the label."""
        shape: list[Any] = []
        for value in values:
            if plain and isinstance(value, ast.Constant):  # the text between the parts of an f-string
                shape.append(repr(value.value))
            elif isinstance(value, ast.AST) and value._fields:
                children.append(self.encode(value))
                shape.append(1)
            else:
                shape.append(type(value).__name__ if isinstance(value, ast.AST) else value)
        return tuple(shape)

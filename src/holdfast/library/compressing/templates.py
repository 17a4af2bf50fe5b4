"""Functions as patterns: read from their text, found in programs, written as text."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.library.compressing.liveness import live_before
from holdfast.library.compressing.sites import parse
from holdfast.library.compressing.terms import (
    BOUND,
    HOLE,
    INNER,
    Encoder,
    Label,
    Terms,
    Unsuitable,
    fields_of,
)
from holdfast.library.records import Program

__all__ = ["Template", "call_of", "decoded", "matched", "read_template"]

_PLAIN = frozenset({"is_async", "conversion"})
"""Fields that hold a number, not a node."""
_NODES = frozenset({"op", "ctx"})
"""Fields that hold a node which is known by its name."""
_RESULT = "result"


@dataclass(frozen=True, slots=True)
class Template:
    """A function whose body can be looked for in programs."""

    name: str
    parameters: tuple[str, ...]
    """In order; those that are holes and those that the body stores anew alike."""
    expression: bool
    """Whether it is one expression; else it is statements."""
    pattern: tuple[int, ...]
    """Terms with holes, one for each statement."""
    returns: tuple[int, ...] = ()
    """Numbers of the bound names that it gives back, in its order."""
    entering: Mapping[int, int] = field(default_factory=dict)
    """Which parameter a bound name begins as, by its number: a window's own name goes in there."""


def read_template(source: str, name: str, known: frozenset[str], terms: Terms) -> Template | None:
    """The pattern of a function; None for one that is more than a name for a few statements.

    Such are functions that return early, that take arguments by another way than by place, that call
    themselves, and that have a parameter for which no window would tell the argument.
    """
    found = _definition(source, name)
    if found is None:
        return None
    parameters = tuple(each.arg for each in found.args.args)
    body = [*found.body]
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # the docstring
    if not body:
        return None
    try:
        return _template(name, parameters, body, known, terms)
    except (Unsuitable, RecursionError):
        return None


def _definition(source: str, name: str) -> ast.FunctionDef | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name and not node.decorator_list:
            plain = not (node.args.posonlyargs or node.args.kwonlyargs or node.args.vararg or node.args.kwarg)
            calls_itself = any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))
            return node if plain and not calls_itself else None
    return None


def _template(
    name: str, parameters: tuple[str, ...], body: list[ast.stmt], known: frozenset[str], terms: Terms
) -> Template | None:
    known -= frozenset(parameters)
    last = body[-1]
    if len(body) == 1 and isinstance(last, ast.Return):
        if last.value is None:
            return None
        pattern: tuple[int, ...] = (Encoder(terms, known, parameters).encode(last.value),)
        return _complete(Template(name, parameters, expression=True, pattern=pattern), terms)
    given: list[str] = []
    if isinstance(last, ast.Return):
        body, given = _without_return(body[:-1], last)
    parsed = parse(Program("", ("\n".join(ast.unparse(each) for each in body),)), known, frozenset(given))
    if parsed is None:
        return None
    encoder = Encoder(terms, parsed.known, parameters)
    pattern = tuple(encoder.encode(statement) for statement in body)
    if any(each not in encoder.bound for each in given):
        return None
    returns = tuple(encoder.bound[each] for each in given)
    if len(set(returns)) < len(returns):
        return None
    live = live_before(body, frozenset(given))
    entering = {
        number: parameters.index(each)
        for each, number in encoder.bound.items()
        if each in parameters and each in live
    }
    if any(each in live and each not in parameters for each in encoder.bound):
        return None
    template = Template(
        name, parameters, expression=False, pattern=pattern, returns=returns, entering=entering
    )
    return _complete(template, terms)


def _without_return(body: list[ast.stmt], last: ast.Return) -> tuple[list[ast.stmt], list[str]]:
    """A body that ends in a store instead of a return, and the names that it gives back."""
    values = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    names = [each.id for each in values if isinstance(each, ast.Name)]
    if last.value is None:
        return body, []
    stored = {
        n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if len(names) == len(values) and set(names) <= stored:
        return body, names
    result = _RESULT
    while any(isinstance(n, ast.Name) and n.id == result for each in (*body, last) for n in ast.walk(each)):
        result += "_"
    store = ast.Assign([ast.Name(result, ast.Store())], last.value, lineno=last.lineno)
    return [*body, store], [result]


def _complete(template: Template, terms: Terms) -> Template | None:
    """The template, if a window tells every argument and there is nothing free in it."""
    found: set[int] = set(template.entering.values())
    if any(not _holes(number, terms, found) for number in template.pattern):
        return None
    return template if found == set(range(len(template.parameters))) else None


def _holes(number: int, terms: Terms, found: set[int]) -> bool:
    """Gather the holes of a term; whether all its other names are known or bound."""
    label = terms.labels[number]
    if label[0] == HOLE:
        found.add(label[1])
    return label[0] != "free" and all(_holes(child, terms, found) for child in terms.children[number])


def matched(pattern: Sequence[int], window: Sequence[int], terms: Terms) -> dict[int, int] | None:
    """The terms that stand for the holes of a pattern in a window of as many terms; None where it differs."""
    found: dict[int, int] = {}
    for one, other in zip(pattern, window, strict=True):
        if not _matches(one, other, terms, found):
            return None
    return found


def _matches(one: int, other: int, terms: Terms, found: dict[int, int]) -> bool:
    if one == other and terms.fixed[one]:
        return True
    label = terms.labels[one]
    if label[0] == HOLE:
        return terms.is_argument(other) and found.setdefault(label[1], other) == other
    if label != terms.labels[other]:
        return False
    pairs = zip(terms.children[one], terms.children[other], strict=True)
    return all(_matches(left, right, terms, found) for left, right in pairs)


def call_of(template: Template, arguments: Mapping[int, int], names: Sequence[str], terms: Terms) -> ast.Call:
    """The call that stands for a window whose bound names are `names`, by number."""
    entering = {place: number for number, place in template.entering.items()}
    values: list[ast.expr] = []
    for place in range(len(template.parameters)):
        if place in arguments:
            values.append(decoded(arguments[place], terms, (), ()))
        else:
            values.append(ast.Name(names[entering[place]], ast.Load()))
    return ast.Call(ast.Name(template.name, ast.Load()), values, [])


def decoded(number: int, terms: Terms, bound: Sequence[str], holes: Sequence[str]) -> Any:  # noqa: ANN401
    """The syntax tree of a term, with these names for what is bound and for holes, by number."""
    return _Decoder(terms, bound, holes).decode(number)


class _Decoder:
    def __init__(self, terms: Terms, bound: Sequence[str], holes: Sequence[str]) -> None:
        self._terms = terms
        self._bound = bound
        self._holes = holes
        self._scopes: list[list[str]] = []
        self._count = 0

    def decode(self, number: int) -> Any:  # noqa: ANN401 - any node
        label, children = self._terms.labels[number], self._terms.children[number]
        if name := self._name(label):
            context = ast.Store() if label[-1] == "Store" and label[0] in {BOUND, INNER} else ast.Load()
            return ast.Name(name, context)
        kind = label[0]
        if kind == "Constant":
            return ast.Constant(ast.literal_eval(label[2]) if label[1] != "ellipsis" else ...)
        if kind == "Lambda":
            return self._lambda(label[1], children[0])
        if kind in {"ListComp", "SetComp", "GeneratorExp", "DictComp"}:
            self._scopes.append([])
            try:
                return self._generic(label, children)
            finally:
                self._scopes.pop()
        return self._generic(label, children)

    def _name(self, label: Label) -> str:
        match label[0]:
            case "Name" | "free":
                return str(label[1])
            case "bound":
                return self._bound[int(label[1])]
            case "hole":
                return self._holes[int(label[1])]
            case "inner":
                scope = self._scopes[-1 - label[1]]
                while len(scope) <= label[2]:
                    scope.append(self._fresh())
                return str(scope[label[2]])
            case _:
                return ""

    def _fresh(self) -> str:
        taken = {*self._bound, *self._holes}
        while True:
            self._count += 1
            name = f"each_{self._count}" if self._count > 1 else "each"
            if name not in taken:
                return name

    def _lambda(self, count: int, body: int) -> ast.Lambda:
        self._scopes.append([self._fresh() for _ in range(count)])
        try:
            names = [ast.arg(name) for name in self._scopes[-1]]
            arguments = ast.arguments(posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[])
            return ast.Lambda(arguments, self.decode(body))
        finally:
            self._scopes.pop()

    def _generic(self, label: Label, children: Sequence[int]) -> Any:  # noqa: ANN401 - any node
        kind = getattr(ast, label[0])
        left = iter(children)
        values: dict[str, Any] = {}
        for field_name, part in zip(fields_of(kind), label[1:], strict=True):
            values[field_name] = self._part(kind, field_name, part, left)
        node = kind(**values)
        if isinstance(node, ast.stmt):
            node.lineno = node.col_offset = 0
        return node

    def _part(self, kind: type[ast.AST], name: str, part: Any, left: Any) -> Any:  # noqa: ANN401
        if isinstance(part, tuple):
            return [self._item(kind, each, left) for each in part]
        if part == 1 and name not in _PLAIN:
            return self.decode(next(left))
        if isinstance(part, str) and name in _NODES:
            return getattr(ast, part)()
        return part

    def _item(self, kind: type[ast.AST], part: Any, left: Any) -> Any:  # noqa: ANN401
        if part == 1:
            return self.decode(next(left))
        if part is None:
            return None
        return ast.Constant(ast.literal_eval(part)) if kind is ast.JoinedStr else getattr(ast, part)()

"""Writes found patterns as functions; names and types are what the programs and the library say."""

import ast
import functools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from holdfast.library.compressing.liveness import live_before
from holdfast.library.compressing.naming import Said
from holdfast.library.compressing.search import Found
from holdfast.library.compressing.templates import Template, decoded, read_template
from holdfast.library.compressing.terms import BOUND, HOLE, Terms
from holdfast.library.records import Sources

__all__ = ["Signatures", "Written", "signatures", "write"]

_WORD = re.compile(r"[a-z]+")
_LITERALS = {"List": "list[Any]", "Tuple": "tuple[Any, ...]", "Dict": "dict[Any, Any]", "Set": "set[Any]"}
_COMPREHENSIONS = {"ListComp": "list[Any]", "DictComp": "dict[Any, Any]", "SetComp": "set[Any]"}
_PLAIN = frozenset({"int", "str", "float", "bool", "None"})
_REMEMBERED = 256
"""Files whose signatures are asked for again with each function."""
_SPOKEN = 3
"""Words of a name."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """What a library says of its functions, classes and methods, by name."""

    parameters: Mapping[str, tuple[tuple[str, str], ...]]
    """Names and types of the parameters, `self` left out."""
    results: Mapping[str, str]
    """Types of results; of a class, its name."""


@dataclass(frozen=True, slots=True)
class Written:
    """A function as text, and as a pattern."""

    source: str
    """Its docstring ends where examples can follow: `with_examples` puts them there."""
    template: Template
    summary: str

    def with_examples(self, lines: Sequence[str]) -> str:
        """The source with lines of a doctest in its docstring."""
        shown = "\n".join(f"    {line}".rstrip() for line in lines)
        closed = f'"""{self.summary}"""'
        return self.source.replace(closed, f'"""{self.summary}\n\n{shown}\n    """', 1)


def signatures(library: Sources) -> Signatures:
    """Read them off the text of a library."""
    parameters: dict[str, tuple[tuple[str, str], ...]] = {}
    results: dict[str, str] = {}
    for each in (found for text in library.files.values() for found in _signatures(text)):
        if each.is_class:
            results[each.name] = each.gives
            parameters |= {} if each.takes is None else {each.name: each.takes}
        else:
            parameters.setdefault(each.name, each.takes or ())
            results.setdefault(each.name, each.gives)
    return Signatures(parameters, results)


class _Signature(NamedTuple):
    name: str
    is_class: bool
    takes: tuple[tuple[str, str], ...] | None
    """None for a class that does not say how its objects are made."""
    gives: str


@functools.lru_cache(_REMEMBERED)
def _signatures(text: str) -> tuple[_Signature, ...]:
    """Those of one file, in the order in which its tree is walked."""
    found: list[_Signature] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            made = [
                each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"
            ]
            takes = _parameters(made[-1]) if made else None
            found.append(_Signature(node.name, is_class=True, takes=takes, gives=node.name))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            gives = _type(node.returns)
            found.append(_Signature(node.name, is_class=False, takes=_parameters(node), gives=gives))
    return tuple(found)


def write(
    found: Found,
    terms: Terms,
    library: Signatures,
    known: frozenset[str],
    taken: Collection[str],
    said: Said,
) -> Written | None:
    """The function of a pattern; None where no function in Python does it.

    `known` are the names that programs need not store; `taken` those that it must not have; `said` is what
    instructions say where it is used.
    """
    holes = _hole_names(found, terms, library)
    bound = _bound_names(found, terms, {*holes, *known})
    body: list[ast.stmt] = []
    if found.expression:
        body.append(ast.Return(decoded(found.pattern[0], terms, (), holes), lineno=0))
    else:
        body += [decoded(number, terms, bound, holes) for number in found.pattern]
    entering = sorted(
        live_before(body, frozenset(bound[n] for n in found.returns)) & set(bound), key=bound.index
    )
    if found.returns:
        _give_back(body, [bound[number] for number in found.returns])
    name = _free_name(_spoken(found, terms, said), {*taken, *holes, *bound, *known})
    types = [_argument_type(found, at, terms, library) for at in range(len(holes))] + ["Any"] * len(entering)
    result = _result_type(found, terms, library)
    shown = ", ".join(f"{each}: {kind}" for each, kind in zip((*holes, *entering), types, strict=True))
    summary = _summary(found, name, said)
    text = "\n".join(ast.unparse(ast.fix_missing_locations(each)) for each in body)
    lines = [f"def {name}({shown}) -> {result}:", f'    """{summary}"""']
    lines += [f"    {line}" for line in text.splitlines()]
    source = "\n".join(lines) + "\n"
    if "Any" in shown + result:
        source = f"from typing import Any\n\n\n{source}"
    template = read_template(source, name, known, terms)
    return None if template is None else Written(source, template, summary)


def _give_back(body: list[ast.stmt], names: Sequence[str]) -> None:
    """End a body with its result; one that is stored last of all need not be stored."""
    match body[-1]:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
            [name] == names and not isinstance(value, ast.Name | ast.Tuple) and _is_new(name, body)
        ):
            body[-1] = ast.Return(value, lineno=0)
        case _:
            values: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
            given = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
            body.append(ast.Return(given, lineno=0))


def _is_new(name: str, body: Sequence[ast.stmt]) -> bool:
    """Whether a name stands nowhere but where the last statement stores it."""
    return sum(isinstance(n, ast.Name) and n.id == name for each in body for n in ast.walk(each)) == 1


def _parameters(node: ast.FunctionDef) -> tuple[tuple[str, str], ...]:
    named = [*node.args.posonlyargs, *node.args.args]
    return tuple((each.arg, _type(each.annotation)) for each in named if each.arg not in {"self", "cls"})


def _type(annotation: ast.expr | None) -> str:
    if annotation is None:
        return ""
    value = annotation.value if isinstance(annotation, ast.Constant) else None
    return value if isinstance(value, str) else ast.unparse(annotation)


def _callee(number: int, terms: Terms) -> str:
    """The name of what a call calls, its method or its function."""
    label = terms.labels[terms.children[number][0]]
    if label[0] == "Attribute":
        return str(label[2])
    return str(label[1]) if label[0] in {"Name", "free"} else ""


def _calls(numbers: Sequence[int], terms: Terms) -> Iterator[int]:
    """The calls in some terms, outermost first."""
    for number in numbers:
        if terms.labels[number][0] == "Call":
            yield number
        yield from _calls(terms.children[number], terms)


def _hole_names(found: Found, terms: Terms, library: Signatures) -> list[str]:
    """Names of parameters: as the library calls what they are handed to, else as programs call them."""
    names: list[str] = []
    for at, arguments in enumerate(found.arguments):
        votes: Counter[str] = Counter(
            str(terms.labels[each][1]) for each in arguments if terms.labels[each][0] == "free"
        )
        told = next((name for name, _ in _uses(found.pattern, at, terms, library)), "")
        name = told or (votes.most_common(1)[0][0] if votes else "value")
        names.append(_free_name(name, names))
    return names


def _uses(numbers: Sequence[int], hole: int, terms: Terms, library: Signatures) -> Iterator[tuple[str, str]]:
    """Names and types of the parameters that a hole is handed to."""
    for call in _calls(numbers, terms):
        known = library.parameters.get(_callee(call, terms), ())
        for at, child in enumerate(terms.children[call][1:]):
            label = terms.labels[child]
            if label == (HOLE, hole) and at < len(known):
                yield known[at]
            elif label[0] == "keyword" and terms.labels[terms.children[child][0]] == (HOLE, hole):
                yield next((each for each in known if each[0] == label[1]), (str(label[1]), ""))


def _argument_type(found: Found, at: int, terms: Terms, library: Signatures) -> str:
    told = next((kind for _, kind in _uses(found.pattern, at, terms, library) if _is_plain(kind)), "")
    if told:
        return told
    kinds = sorted({_type_of(each, terms, library) for each in found.arguments[at]})
    return " | ".join(kinds) if kinds and "Any" not in kinds else "Any"


def _is_plain(kind: str) -> bool:
    """Whether a type means the same in any module."""
    return bool(kind) and all(
        word in {"int", "str", "float", "bool", "None"} for word in re.findall(r"\w+", kind)
    )


def _type_of(number: int, terms: Terms, library: Signatures) -> str:
    label = terms.labels[number]
    if label[0] == "Constant":
        return "None" if label[1] == "NoneType" else str(label[1])
    if label[0] == "Call":
        kind = library.results.get(_callee(number, terms), "")
        plain = _is_plain(kind) or (kind == _callee(number, terms))
        return kind if plain else "Any"
    if label[0] == "Compare":
        return "bool"
    return {**_LITERALS, **_COMPREHENSIONS}.get(label[0], "Any")


def _result_type(found: Found, terms: Terms, library: Signatures) -> str:
    if found.expression:
        return _type_of(found.pattern[0], terms, library)
    if not found.returns:
        return "None"
    return "Any" if len(found.returns) == 1 else f"tuple[{', '.join(['Any'] * len(found.returns))}]"


def _bound_names(found: Found, terms: Terms, taken: Collection[str]) -> list[str]:
    count = 1 + max((_most_bound(number, terms) for number in found.pattern), default=-1)
    names: list[str] = []
    for at in range(count):
        names.append(_free_name("result" if at in found.returns else "part", {*taken, *names}))
    return names


def _most_bound(number: int, terms: Terms) -> int:
    label = terms.labels[number]
    own = int(label[1]) if label[0] == BOUND else -1
    return max([own, *(_most_bound(child, terms) for child in terms.children[number])])


def _spoken(found: Found, terms: Terms, said: Said) -> str:
    """A name from what instructions say, else from what is called in it, the outermost first."""
    if said.words:
        return "_".join(said.words)
    called = [_callee(call, terms) for call in _calls(found.pattern, terms)]
    words = dict.fromkeys(word for name in called for word in _WORD.findall(name.lower()))
    return "_".join([*words][:_SPOKEN]) or "combine"


def _summary(found: Found, name: str, said: Said) -> str:
    tasks = len({window.task for window in found.windows})
    had = f"{len(found.windows)} places in {tasks} programs had this"
    words = name.rstrip("_0123456789").replace("_", ", ").capitalize()
    return f"{words}: {had}" + (f", as in: {said.instruction}" if said.instruction else ".")


def _free_name(wanted: str, taken: Collection[str]) -> str:
    count, name = 1, wanted
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name

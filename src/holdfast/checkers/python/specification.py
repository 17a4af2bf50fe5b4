"""Which tests speak of which function, and which of them a proposer may see.

A test speaks of a function that it names, and of those that its functions name in turn. The tests in a
function's own docstring are part of what it says and always shown; of its other tests a part is hidden.
"""

import ast
import doctest
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.document import Document, Function, is_declaration, parse
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Case,
    Expression,
    Kind,
    ProgramCase,
    ScriptCase,
    Suite,
)

__all__ = ["Specification", "Split", "specify", "text_of"]

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How tests are divided into shown and hidden ones."""

    seed: int = 0
    fewest: int = 4
    """With fewer tests than this all are shown."""
    every: int = 4
    """One of so many tests is hidden, as far as there are any that may be."""


@dataclass(frozen=True, slots=True)
class Specification:
    """The tests of one function."""

    shown: tuple[Case, ...] = ()
    hidden: tuple[Case, ...] = ()
    joint: tuple[Case, ...] = ()
    """Those that speak of functions without a body as well, and can only be run when these have one."""
    waits_for: tuple[str, ...] = ()
    """Those functions."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """All that can be run as soon as this function has a body."""
        return (*self.shown, *self.hidden)


def specify(
    document: Document, suite: Suite, functions: Iterable[Function], split: Split
) -> Mapping[str, Specification]:
    """The tests of each of `functions`, by name.

    The split depends on the seed and on the tests of the function alone, so that it is the same each time.
    """
    reach = _reach(document)
    stubs = {each.name for each in document.functions if each.is_stub and not is_declaration(each)}
    spoken = [(case, _spoken(case, reach)) for case in suite.cases]
    found = {}
    for function in functions:
        mine = {each.name for each in function.members} or {function.name}
        own = [case for case, names in spoken if names & mine and not (names & stubs) - mine]
        joint = [(case, names) for case, names in spoken if names & mine and case not in own]
        others = {name for _, names in joint for name in names & stubs} - mine
        hidden = _hidden(own, function, split)
        found[function.name] = Specification(
            tuple(case for case in own if case not in hidden),
            tuple(hidden),
            tuple(case for case, _ in joint),
            tuple(sorted(others)),
        )
    return found


def text_of(case: Case) -> str:
    """A test as people write it, as far as it is one text."""
    match case:
        case CallCase(call=call):
            return str(call)
        case ScriptCase(kind=Kind.DOCTEST, script=script):
            return _examples(script.text)
        case ScriptCase(kind=Kind.ASSERT, script=script, test=test):
            return _assertion(script.text, test)
        case ScriptCase(script=script, test=test):
            return _definition(script.text, test) if test else script.text
        case ProgramCase(stdin=stdin):
            return stdin


def _hidden(cases: Sequence[Case], function: Function, split: Split) -> list[Case]:
    if len(cases) < split.fewest:
        return []
    may = [case for case in cases if not _is_in_docstring(case, function)]
    ranked = sorted(may, key=lambda case: _rank(case, split.seed))
    chosen = ranked[: len(cases) // split.every]
    return [case for case in cases if case in chosen]


def _rank(case: Case, seed: int) -> str:
    return hashlib.sha256(f"{seed}\n{case.name}\n{text_of(case)}".encode()).hexdigest()


def _is_in_docstring(case: Case, function: Function) -> bool:
    node = function.owner if function.members and function.owner is not None else function.node
    assert node.end_lineno is not None
    return case.kind is Kind.DOCTEST and node.lineno <= case.origin.line <= node.end_lineno


def _spoken(case: Case, reach: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The functions that a test speaks of, by way of others too; a test of the program speaks of all."""
    if isinstance(case, ProgramCase):
        return frozenset().union(*reach.values())
    words = set(_WORD.findall(text_of(case)))
    if isinstance(case, CallCase):
        words = set(_WORD.findall(case.call.function)) | _expression_words(case.call)
    return frozenset().union(*(reach[word] for word in words if word in reach))


def _expression_words(call: Call) -> set[str]:
    """The names in those arguments that are expressions; other arguments are values and name nothing."""
    waiting: list[object] = [*call.arguments, *(value for _, value in call.keywords)]
    words: set[str] = set()
    for value in waiting:
        if isinstance(value, Expression):
            words.update(_WORD.findall(value.text))
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
    return words


def _reach(document: Document) -> dict[str, frozenset[str]]:
    """For the last part of each function's path: the functions that it may stand for or call in the end."""
    called: dict[str, set[str]] = {}
    by_word: dict[str, set[str]] = {}
    for function in document.functions:
        words = {function.path.rpartition(".")[2]}
        if function.path.endswith(".__init__") and function.owner is not None:
            words.add(function.owner.name)
        for word in words:
            by_word.setdefault(word, set()).add(function.name)
        called[function.name] = _names(function)
    return {word: frozenset(_closed(names, called, by_word)) for word, names in by_word.items()}


def _names(function: Function) -> set[str]:
    """The names in a body."""
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _closed(
    names: Iterable[str], called: Mapping[str, set[str]], by_word: Mapping[str, set[str]]
) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    for name in waiting:
        if name not in found:
            found.add(name)
            waiting += [each for word in called[name] for each in by_word.get(word, ())]
    return found


def _definition(text: str, test: str) -> str:
    """The source of one test function of a test file; the whole text where it is not found."""
    try:
        tree = parse(text)
    except SyntaxError:
        return text
    body: Sequence[ast.stmt] = tree.body
    found: ast.stmt | None = None
    for part in test.partition("[")[0].split("."):
        found = next(
            (
                node
                for node in body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and node.name == part
            ),
            None,
        )
        if found is None:
            return text
        body = found.body if isinstance(found, ast.ClassDef) else ()
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    first = min([found.lineno, *(each.lineno for each in found.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : found.end_lineno])


def _examples(text: str) -> str:
    """The examples of a docstring without its prose."""
    try:
        return "".join(each.source for each in doctest.DocTestParser().get_examples(text))
    except ValueError:
        return text


def _assertion(text: str, line: str) -> str:
    """The assertion on a line of a test file, behind the statements that may prepare it."""
    try:
        body = parse(text).body
    except SyntaxError:
        return text
    found = [node for node in body if str(node.lineno) == line]
    defined = (ast.Assert, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    before = [node for node in body if found and node.lineno < found[0].lineno]
    prepared = [node for node in before if not isinstance(node, defined)]
    return "\n".join(ast.unparse(node) for node in (*prepared, *found)) if found else text

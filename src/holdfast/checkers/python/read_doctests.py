"""Reads the examples in docstrings as tests."""

import ast
import doctest

from holdfast.checkers.python.assertions import Names, call_of
from holdfast.checkers.python.blocks import Block, Unread, constant
from holdfast.checkers.python.outline import Documented, documented, exported, parse_module
from holdfast.checkers.python.suite import (
    Call,
    CallCase,
    Case,
    Displays,
    Kind,
    Origin,
    Script,
    ScriptCase,
    Suite,
)
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["read_doctests"]


def read_doctests(source: Source, module: str) -> Suite:
    """The examples of the docstrings of a module, which goes by the name `module` in them.

    A docstring whose examples are calls becomes one case an example, any other one becomes a single case.
    Raises SourceError on a text or an example that is not Python.
    """
    tree = parse_module(source)
    names = Names(functions={name: name for name in exported(tree)}, modules=frozenset({module}))
    suite = Suite(())
    for name, node in documented(tree):
        suite += Suite(tuple(_Docstring(source.name, name, node).cases(names, module)))
    return suite


class _Docstring:
    def __init__(self, file: str, name: str, node: Documented) -> None:
        self._file = file
        self._name = name or "module"
        self._text = ast.get_docstring(node, clean=False) or ""
        self._line = node.body[0].lineno if self._text else 0

    def cases(self, names: Names, module: str) -> list[Case]:
        examples = self._examples()
        if not examples:
            return []
        try:
            return self._calls(examples, names, module)
        except Unread:
            origin = Origin(self._file, self._line + examples[0].lineno)
            script = Script(Kind.DOCTEST, origin, self._text, module)
            return [ScriptCase(self._name, origin, Kind.DOCTEST, script)]

    def _examples(self) -> list[doctest.Example]:
        try:
            examples = doctest.DocTestParser().get_examples(self._text, self._name)
        except ValueError as error:
            sentence = f"an example in the docstring of {self._name} is malformed: {error}"
            raise SourceError(sentence, file=self._file, line=self._line) from error
        return [one for one in examples if not one.options.get(doctest.SKIP)]

    def _calls(self, examples: list[doctest.Example], names: Names, module: str) -> list[Case]:
        block, cases = Block(), list[Case]()
        for example in examples:
            statement = self._statement(example)
            if not example.want and not isinstance(statement, ast.Expr):
                names = _prepared(block, statement, names, module)
                continue
            block.lend(statement, names)
            cases.append(self._case(example, statement, names))
        return cases

    def _statement(self, example: doctest.Example) -> ast.stmt:
        line = self._line + example.lineno
        try:
            body = ast.parse(example.source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise SourceError(
                f"an example of {self._name} is not Python: {example.source.strip()}",
                file=self._file,
                line=line,
            ) from error
        return body[0] if len(body) == 1 else ast.Pass()

    def _case(self, example: doctest.Example, statement: ast.stmt, names: Names) -> CallCase:
        if not isinstance(statement, ast.Expr):
            raise Unread
        call, printed = _shown(statement.value, names)
        line = self._line + example.lineno
        options = sum(flag for flag, wanted in example.options.items() if wanted)
        want = example.want
        return CallCase(
            f"{self._name}:{line}",
            Origin(self._file, line),
            Kind.DOCTEST,
            call,
            Displays(want, options, printed=printed),
            group=self._name,
        )


def _shown(node: ast.expr, names: Names) -> tuple[Call, bool]:
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[inner], keywords=[]) if "print" not in names.functions:
            call = call_of(ast.Call(ast.Name("str"), [inner], []), names)
            printed = True
        case _:
            call, printed = call_of(node, names), False
    if call is None:
        raise Unread
    return call, printed


def _prepared(block: Block, statement: ast.stmt, names: Names, module: str) -> Names:
    """The names after an example that shows nothing: a constant, or an import of the tested module itself."""
    match statement:
        case ast.ImportFrom(module=imported, names=aliases) if imported == module:
            if all(alias.name in names.functions and alias.asname is None for alias in aliases):
                return names
            raise Unread
        case ast.Import(names=[ast.alias(name=imported, asname=None)]) if imported == module:
            return names
        case ast.Assign(targets=[target], value=value):
            return block.bind(target, constant(value, names), names)
        case _:
            raise Unread

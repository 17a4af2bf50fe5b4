"""Reads blocks of test statements as calls and expectations, where all of the block can be read so."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from holdfast.checkers.python.assertions import Names, assertion, raising
from holdfast.checkers.python.fold import NotConstant, fold
from holdfast.checkers.python.inside.wire import Plain
from holdfast.checkers.python.suite import Call, Expectation

__all__ = ["Block", "Read", "Unread", "constant", "imported", "read_block"]

_MOST = 5_000
"""Most calls that a block may unfold to."""


@dataclass(frozen=True, slots=True)
class Read:
    """One call of a block."""

    line: int
    call: Call
    expectation: Expectation


class Unread(Exception):  # noqa: N818 - an answer rather than an error
    """The block has to be run to know what it says."""


def read_block(body: Iterable[ast.stmt], names: Names) -> list[Read] | None:
    """The calls of a block in order; loops over constants are unfolded. None where it has to be run."""
    block = Block()
    try:
        block.read(body, names)
    except Unread:
        return None
    return block.found


class Block:
    """Takes in statements one after the other."""

    def __init__(self) -> None:
        self.found: list[Read] = []
        """The calls so far."""
        self._lent: set[str] = set()

    def read(self, body: Iterable[ast.stmt], names: Names) -> Names:
        """Take in statements; returns the names after them. Raises Unread."""
        for statement in body:
            if len(self.found) > _MOST:
                raise Unread
            names = self._statement(statement, names)
        return names

    def lend(self, node: ast.AST, names: Names) -> None:
        """Note which containers a call gets. Raises Unread at the second time: it may have changed them."""
        used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        lent = {name for name in used if isinstance(names.values.get(name), list | dict | set)}
        if lent & self._lent:
            raise Unread
        self._lent |= lent

    def bind(self, target: ast.expr, value: Plain, names: Names) -> Names:
        """The names after an assignment of a constant. Raises Unread."""
        bound = _bound(target, value)
        self._lent -= bound.keys()
        return names.having(bound)

    def _statement(self, statement: ast.stmt, names: Names) -> Names:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return names
            case ast.Assign(targets=[target], value=value):
                return self.bind(target, constant(value, names), names)
            case ast.Assert(test=test):
                self.lend(statement, names)
                self._add(statement.lineno, assertion(test, names))
                return names
            case ast.With(items=[ast.withitem(context_expr=manager, optional_vars=None)], body=body):
                self.lend(statement, names)
                read = raising(manager, body, names)
                self._add(statement.lineno, None if read is None else [read])
                return names
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                return self._loop(target, iterable, body, names)
            case _:
                raise Unread

    def _add(self, line: int, read: list[tuple[Call, Expectation]] | None) -> None:
        if read is None:
            raise Unread
        self.found += [Read(line, call, expectation) for call, expectation in read]

    def _loop(self, target: ast.expr, iterable: ast.expr, body: list[ast.stmt], names: Names) -> Names:
        items = constant(iterable, names)
        if not isinstance(items, list | tuple | range | str):
            raise Unread
        for item in items:
            # Names bound in the body stay bound, as they do when it runs.
            names = self.read(body, self.bind(target, item, names))
        return names


def constant(node: ast.expr, names: Names) -> Plain:
    """The value of a constant expression. Raises Unread."""
    try:
        return fold(node, names.values)
    except NotConstant as error:
        raise Unread from error


def _bound(target: ast.expr, value: Plain) -> Mapping[str, Plain]:
    match target:
        case ast.Name(id=name):
            return {name: value}
        case ast.Tuple(elts=targets) if isinstance(value, tuple | list) and len(value) == len(targets):
            return {
                name: one
                for inner, item in zip(targets, value, strict=True)
                for name, one in _bound(inner, item).items()
            }
        case _:
            raise Unread


def imported(tree: ast.Module, module: str, exported: Iterable[str]) -> tuple[Names, str]:
    """What the imports of a test file bind that belongs to the tested module, and how they call that.

    `module` is the last part of its name, `exported` what it defines. Where nothing imports it, all names
    that it exports are taken to be known, and it goes by its own name.
    """
    functions: dict[str, str] = {}
    modules: set[str] = set()
    called = ""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(name), names=aliases) if _is(name, module):
                called = name
                for alias in aliases:
                    functions |= _brought(alias, exported)
            case ast.ImportFrom() | ast.Import():
                for bound, name in _whole(node, module):
                    called = name
                    modules.add(bound)
            case _:
                pass
    if not called:
        functions = {name: name for name in exported}
    return Names(functions=functions, modules=frozenset(modules)), called or module


def _whole(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[tuple[str, str]]:
    """Where an import binds the tested module as a whole: the name that is bound, and the module's own."""
    match node:
        case ast.ImportFrom(module=str(package), names=aliases, level=0) if not _is_standard(package):
            for alias in aliases:
                if alias.name == module:
                    yield alias.asname or module, f"{package}.{module}"
        case ast.Import(names=aliases):
            for alias in aliases:
                if _is(alias.name, module):
                    yield alias.asname or alias.name, alias.name
        case _:
            pass


def _is_standard(package: str) -> bool:
    return package.partition(".")[0] in sys.stdlib_module_names


def _brought(alias: ast.alias, exported: Iterable[str]) -> dict[str, str]:
    if alias.name == "*":
        return {name: name for name in exported}
    return {alias.asname or alias.name: alias.name}


def _is(name: str | None, module: str) -> bool:
    return name is not None and name.rpartition(".")[2] == module

"""Reads pytest files and blocks of assertions as tests, without running them."""

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.assertions import Names
from holdfast.checkers.python.blocks import Block, Read, Unread, constant, imported
from holdfast.checkers.python.outline import exported, parse_module
from holdfast.checkers.python.strip import own_tests
from holdfast.checkers.python.suite import CallCase, Case, Kind, Origin, Script, ScriptCase, Suite
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["read_own_tests", "read_test_file"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_test_file(tests: Source, module: str, names: Sequence[str]) -> Suite:
    """The tests of a file on a module called `module` that defines `names`.

    Functions `test_...`, also in classes, or else the assertions at the top level. Raises SourceError where
    the file is not Python or holds no tests.
    """
    tree = parse_module(tests)
    meanings, called = imported(tree, module, names)
    suite = _File(tests, tree, meanings, called).suite()
    if not suite.cases:
        raise SourceError("no tests are found here: no test_ functions and no assertions", file=tests.name)
    return suite


def read_own_tests(source: Source, module: str) -> Suite:
    """The test functions and top-level assertions that stand in the tested module itself."""
    tree = parse_module(source)
    names = Names(functions={name: name for name in exported(tree)}, modules=frozenset({module}))
    own = own_tests(tree)
    kept = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert)]
    tests = ast.Module([*kept, *own], [])
    text = _placed(tests, source.text)
    return _File(Source(source.name, text), tests, names, module).both()


def _placed(tree: ast.Module, text: str) -> str:
    """The statements of a tree, each on the lines on which it stands in the text."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    kept = [""] * len(lines)
    for node in tree.body:
        first = min((*getattr(node, "decorator_list", ()), node), key=lambda one: one.lineno).lineno
        assert node.end_lineno is not None
        kept[first - 1 : node.end_lineno] = lines[first - 1 : node.end_lineno]
    return "\n".join(kept) + "\n"


@dataclass(frozen=True, slots=True)
class _Found:
    """A test function, and the class that it stands in."""

    function: _Function
    owner: ast.ClassDef | None = None

    @property
    def name(self) -> str:
        return self.function.name if self.owner is None else f"{self.owner.name}.{self.function.name}"


class _File:
    def __init__(self, tests: Source, tree: ast.Module, names: Names, called: str) -> None:
        self._file = tests.name
        self._tree = tree
        self._names = names
        self._called = called
        self._text = tests.text
        self._whole = Origin(tests.name, 1)

    def suite(self) -> Suite:
        """The test functions, or else the assertions."""
        found = list(_functions(self._tree))
        return self._tests(found) if found else self._assertions()

    def both(self) -> Suite:
        """Test functions, and assertions that stand between them."""
        return self._tests(list(_functions(self._tree))) + self._assertions()

    def _tests(self, found: list[_Found]) -> Suite:
        script = Script(Kind.PYTEST, self._whole, self._text, self._called)
        named = self._names.having(self._constants())
        prepared = _needs_pytest(self._tree)
        suite = Suite(())
        for one in found:
            read = None if prepared or one.owner is not None else _parametrized(one.function, named)
            suite += Suite(self._cases(one, read, script))
        return suite

    def _cases(self, one: _Found, read: list[Read] | None, script: Script) -> tuple[Case, ...]:
        if read is not None:
            return tuple(self._call(one.name, each, Kind.PYTEST) for each in read)
        kind = Kind.PROPERTY if _is_property(one.function) else Kind.PYTEST
        return (ScriptCase(one.name, Origin(self._file, one.function.lineno), kind, script, one.name),)

    def _call(self, name: str, read: Read, kind: Kind) -> CallCase:
        origin = Origin(self._file, read.line)
        return CallCase(f"{name}:{read.line}", origin, kind, read.call, read.expectation, group=name)

    def _constants(self) -> dict[str, object]:
        """Constants of the file that cannot change; lists and the like could, in a test that runs before."""
        constants: dict[str, object] = {}
        for statement in self._tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    try:
                        known = self._names.having(constants)
                        constants[name] = constant(value, known)
                    except Unread:
                        constants.pop(name, None)
                case _:
                    pass
        return {name: one for name, one in constants.items() if not isinstance(one, list | dict | set)}

    def _assertions(self) -> Suite:
        """Assertions at the top level: each is a test, what stands between them prepares them."""
        block, names = Block(), self._names
        script = Script(Kind.ASSERT, self._whole, self._text, self._called)
        suite = Suite(())
        for statement in self._tree.body:
            names, cases = self._assertion(block, statement, names, script)
            suite += Suite(cases)
        return suite

    def _assertion(
        self, block: Block, statement: ast.stmt, names: Names, script: Script
    ) -> tuple[Names, tuple[Case, ...]]:
        before = len(block.found)
        defined = isinstance(statement, _Function | ast.ClassDef)
        asserts = [one for one in ast.walk(statement) if isinstance(one, ast.Assert) and not defined]
        try:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                names = block.read([statement], names)
            read = block.found[before:]
            return names, tuple(self._call("assert", one, Kind.ASSERT) for one in read)
        except Unread:
            del block.found[before:]
        if asserts:
            origin = Origin(self._file, asserts[0].lineno)
            name, test = f"assert:{statement.lineno}", str(statement.lineno)
            return names, (ScriptCase(name, origin, Kind.ASSERT, script, test),)
        return _forgotten(statement, names), ()


def _forgotten(statement: ast.stmt, names: Names) -> Names:
    """The names without those that a statement may have changed."""
    touched = {one.id for one in ast.walk(statement) if isinstance(one, ast.Name)}
    touched |= {one.name for one in ast.walk(statement) if isinstance(one, _Function | ast.ClassDef)}
    functions = {name: path for name, path in names.functions.items() if name not in _stored(statement)}
    values = {name: value for name, value in names.values.items() if name not in touched}
    return Names(functions=functions, modules=names.modules - _stored(statement), values=values)


def _stored(statement: ast.stmt) -> frozenset[str]:
    nodes = list(ast.walk(statement))
    stored = {one.id for one in nodes if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)}
    return frozenset(stored | {one.name for one in nodes if isinstance(one, _Function | ast.ClassDef)})


def _functions(tree: ast.Module) -> Iterable[_Found]:
    for node in tree.body:
        if isinstance(node, _Function) and node.name.startswith("test"):
            yield _Found(node)
        elif isinstance(node, ast.ClassDef) and _is_test_class(node):
            methods = (one for one in node.body if isinstance(one, _Function) and one.name.startswith("test"))
            yield from (_Found(one, node) for one in methods)


def _is_test_class(node: ast.ClassDef) -> bool:
    return node.name.startswith("Test") or any(
        ast.unparse(base).rpartition(".")[2].endswith("TestCase") for base in node.bases
    )


def _needs_pytest(tree: ast.Module) -> bool:
    """Whether something acts on tests from outside of them: set-up functions, fixtures used by all, marks."""
    text = {node.name for node in tree.body if isinstance(node, _Function)}
    if text & {"setup_module", "setup_function", "teardown_module", "teardown_function"}:
        return True
    return any(
        (isinstance(node, ast.keyword) and node.arg == "autouse")
        or (isinstance(node, ast.Name) and node.id == "pytestmark")
        for node in ast.walk(tree)
    )


def _is_property(function: _Function) -> bool:
    return any("given" in ast.unparse(decorator) for decorator in function.decorator_list)


def _parametrized(function: _Function, names: Names) -> list[Read] | None:
    """The calls of a test function for each of its parameters; None where it has to be run."""
    if isinstance(function, ast.AsyncFunctionDef):
        return None
    parameters = {one.arg for one in function.args.args}
    plain = ast.unparse(function.args) == ", ".join(ast.unparse(one) for one in function.args.args)
    try:
        rows = _rows(function.decorator_list, names) if function.decorator_list else [{}]
        if not plain or any(row.keys() != parameters for row in rows):
            return None
        block = Block()
        for row in rows:
            bound = names
            for name, value in row.items():
                bound = block.bind(ast.Name(name), value, bound)
            block.read(function.body, bound)
    except Unread:
        return None
    return block.found


def _rows(decorators: list[ast.expr], names: Names) -> list[dict[str, object]]:
    match decorators:
        case [ast.Call(func=function, args=[parameters, values], keywords=[])] if ast.unparse(
            function
        ).endswith("mark.parametrize"):
            given, table = constant(parameters, names), constant(values, names)
            columns = [one.strip() for one in given.split(",")] if isinstance(given, str) else list(given)
            rows = [(row,) if len(columns) == 1 else tuple(row) for row in table]
            if any(len(row) != len(columns) for row in rows):
                raise Unread
            return [dict(zip(columns, row, strict=True)) for row in rows]
        case _:
            raise Unread

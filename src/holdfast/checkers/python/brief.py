"""What a proposer may know of a function that waits for its body, as a record and as a goal."""

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from holdfast.checkers.python.document import Document, Function, FunctionNode, is_declaration
from holdfast.checkers.python.specification import Specification, text_of
from holdfast.checkers.python.suite import CallCase, Case, Displays, Raises, Returns, ScriptCase, Truth
from holdfast.core.goals import Goal, Hypothesis, Subgoal

__all__ = ["Brief", "Helper", "Input", "brief_of", "context_of", "goal_of", "literal_of", "wanted"]


@dataclass(frozen=True, slots=True)
class Input:
    """One parameter."""

    name: str
    """With its stars."""
    annotation: str | None = None
    default: str | None = None
    positional: bool = True
    """Whether it can be given by position."""


@dataclass(frozen=True, slots=True)
class Helper:
    """Another function of the file, or of a module that it imports by name."""

    name: str
    inputs: tuple[Input, ...]
    returns: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A hole as a proposer sees it."""

    name: str
    header: str
    """The `def` line, white space folded, without its colon."""
    docstring: str
    """Dedented; empty where there is none."""
    inputs: tuple[Input, ...]
    returns: str | None
    method: bool
    """Whether the first parameter is an object or a class."""
    of_class: bool = False
    """Whether it is a class."""
    members: tuple[str, ...] = ()
    """The `def` lines of the methods that are written together, where the hole is a class."""
    shown: tuple[Case, ...]
    hidden: int
    """How many tests it has that are not shown."""
    helpers: tuple[Helper, ...]
    prelude: str
    """The rest of the file without tests and docstrings, as a program."""

    @property
    def given(self) -> tuple[Input, ...]:
        """The parameters that a call gives values for."""
        return self.inputs[1:] if self.method else self.inputs

    @property
    def waited_for(self) -> bool:
        """Whether a call has to be awaited."""
        return self.header.startswith("async ")

    @property
    def is_generator(self) -> bool:
        """Whether it says that it hands out its values one by one."""
        return re.match(r"(?:[\w.]*\.)?(?:Iterator|Generator)\b", self.returns or "") is not None


def brief_of(document: Document, function: Function, specification: Specification) -> Brief:
    """What may be known of `function`: nothing of hidden tests, and nothing of its present body."""
    if function.members:
        return _brief_of_class(document, function, specification)
    node = function.node
    marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
    return Brief(
        name=function.name,
        header=_header(node),
        docstring="" if function.docstring is None else inspect.cleandoc(function.docstring),
        inputs=tuple(_inputs(node.args)),
        returns=None if node.returns is None else ast.unparse(node.returns),
        method=function.owner is not None and "staticmethod" not in marks,
        of_class="classmethod" in marks,
        shown=specification.shown,
        hidden=len(specification.hidden),
        helpers=tuple(_helpers(document, function)),
        prelude=_prelude(document, function.node),
    )


def goal_of(brief: Brief, sketch: str | None = None, handle: int = -1) -> Goal:
    """The goal to write the body, or to fill the first hole of a sketch.

    One sequent: parameters, helpers and shown tests above; below the header and the docstring's first line.
    """
    taken = {each.name for each in brief.inputs}
    above = [Hypothesis((each.name,), each.annotation or "object", each.default) for each in brief.inputs]
    above += [Hypothesis((each.name,), _signature(each)) for each in brief.helpers if each.name not in taken]
    above += [Hypothesis((f"test_{at}",), wanted(case)) for at, case in enumerate(brief.shown, 1)]
    if sketch is not None:
        above.append(Hypothesis(("sketch",), "body", sketch))
    first = brief.docstring.strip().partition("\n")[0]
    conclusion = f"{brief.header}: {first}" if first else brief.header
    return Goal((Subgoal(tuple(above), conclusion),), handle=handle)


def _brief_of_class(document: Document, group: Function, specification: Specification) -> Brief:
    assert group.owner is not None
    headers = tuple(_header(each.node) for each in group.members)
    task = f"Write these methods, each with its def line and its body, and nothing else: {'; '.join(headers)}"
    skeleton = ast.unparse(ast.Module([_without_decoration(group.owner)], []))
    return Brief(
        name=group.name,
        header=f"class {group.name}",
        docstring=f"{task}\n\n{skeleton}",
        inputs=(),
        returns=None,
        method=True,
        shown=specification.shown,
        hidden=len(specification.hidden),
        helpers=tuple(_helpers(document, group)),
        prelude=_prelude(document, group.owner),
        members=headers,
    )


def _without_decoration(node: ast.ClassDef) -> ast.ClassDef:
    bare = copy.deepcopy(node)
    bare.decorator_list = []
    return bare


def context_of(brief: Brief) -> str:
    """The file as a program up to the body, for language models: without any test but the examples shown."""
    outer = brief.name.rpartition(".")[0]
    method = f"# A method of {outer}:\n" if outer else ""
    docstring = textwrap.indent(f'\n"""{brief.docstring}\n"""', "    ") if brief.docstring else ""
    return f"{brief.prelude.strip()}\n\n\n{method}{brief.header}:{docstring}".lstrip()


def wanted(case: Case) -> str:
    """A test in one line: the call and what has to come of it."""
    if not isinstance(case, CallCase):
        text = text_of(case)
        whole = isinstance(case, ScriptCase) and bool(case.test) and text == case.script.text
        # Other tests of the same file need not be shown.
        return f"test {case.name}" if whole else text
    call = str(case.call)
    match case.expectation:
        case Returns(value=value):
            return f"{call} == {value!r}"
        case Truth(wanted=truth):
            return call if truth else f"not {call}"
        case Raises(exceptions=exceptions):
            return f"{call} raises {' or '.join(exceptions)}"
        case Displays(want=want) as displays:
            value = literal_of(displays)
            return f"{call} displays {want.strip()}" if value is None else f"{call} == {value}"


def literal_of(displays: Displays) -> str | None:
    """The value that an example shows, as a literal on one line; None where what it shows is no literal."""
    want = displays.want.strip()
    if displays.printed:
        return None
    try:
        value = ast.literal_eval(want or "None")
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return repr(value)


def _header(node: FunctionNode) -> str:
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    arrow = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    return f"{word} {node.name}({ast.unparse(node.args)}){arrow}"


def _inputs(arguments: ast.arguments) -> Iterator[Input]:
    named = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(named) - len(arguments.defaults)) + [ast.unparse(d) for d in arguments.defaults]
    for argument, default in zip(named, defaults, strict=True):
        yield Input(argument.arg, _annotation(argument), default)
    if arguments.vararg is not None:
        yield Input(f"*{arguments.vararg.arg}", _annotation(arguments.vararg), positional=False)
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        default = None if value is None else ast.unparse(value)
        yield Input(argument.arg, _annotation(argument), default, positional=False)
    if arguments.kwarg is not None:
        yield Input(f"**{arguments.kwarg.arg}", _annotation(arguments.kwarg), positional=False)


def _annotation(argument: ast.arg) -> str | None:
    return None if argument.annotation is None else ast.unparse(argument.annotation)


def _signature(helper: Helper) -> str:
    inputs = ", ".join(
        f"{each.name}: {each.annotation}" if each.annotation else each.name for each in helper.inputs
    )
    return f"({inputs}) -> {helper.returns or 'object'}"


def _helpers(document: Document, function: Function) -> Iterator[Helper]:
    """The written functions of the file's top level, tests left out."""
    top = {id(node) for node in document.tree.body}
    for each in document.functions:
        is_open = each.is_stub or is_declaration(each) or each.path.startswith("test_")
        if each.name != function.name and id(each.node) in top and not is_open:
            node = each.node
            returns = None if node.returns is None else ast.unparse(node.returns)
            yield Helper(each.path, tuple(_inputs(node.args)), returns)


def _prelude(document: Document, node: FunctionNode | ast.ClassDef) -> str:
    """The file as a program without docstrings, assertions, test functions and what is to be written."""
    tree = copy.deepcopy(document.tree)
    tables = _test_tables(tree)
    tree.body = [each for each in tree.body if not _assigns(each, tables)]
    tree = _Bare(node).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def _test_tables(tree: ast.Module) -> frozenset[str]:
    """Names that only tests use, to loop over or to be parametrized with: tables of what is expected."""
    tests = [node for node in tree.body if _is_test(node)]
    rest = [node for node in tree.body if not _is_test(node)]
    used = {name.id for node in rest for name in ast.walk(node) if _is_read(name)}
    places = [place for node in tests for inner in ast.walk(node) for place in _tables_in(inner)]
    named = {name.id for place in places for name in ast.walk(place) if isinstance(name, ast.Name)}
    return frozenset(named - used)


def _tables_in(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.For(iter=table) | ast.comprehension(iter=table):
            yield table
        case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
            yield from decorators
        case _:
            pass


def _is_read(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _is_test(node: ast.stmt) -> bool:
    named = isinstance(node, FunctionNode | ast.ClassDef) and node.name.lower().startswith("test")
    return named or isinstance(node, ast.Assert) or _is_main(node)


def _assigns(node: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a statement binds one of some names, and nothing else."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in names
        case _:
            return False


class _Bare(ast.NodeTransformer):
    """Takes out whatever says what is expected."""

    def __init__(self, left_out: FunctionNode | ast.ClassDef) -> None:
        self._place = (left_out.lineno, left_out.col_offset)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST | None:
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        return self._function(node)

    def visit_Module(self, node: ast.Module) -> ast.AST:
        node.body = self._without_docstring(node.body)
        self.generic_visit(node)
        node.body = [each for each in node.body if not isinstance(each, ast.Assert) and not _is_main(each)]
        return node

    def _function(self, node: FunctionNode | ast.ClassDef) -> ast.AST | None:
        if (node.lineno, node.col_offset) == self._place or node.name.lower().startswith("test"):
            return None
        node.body = self._without_docstring(node.body)
        self.generic_visit(node)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.stmt | ast.ExceptHandler) and getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[union-attr]
        return node

    @staticmethod
    def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
        match body:
            case [ast.Expr(value=ast.Constant(value=str())), *rest]:
                return rest
            case _:
                return body


def _is_main(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
        case _:
            return False

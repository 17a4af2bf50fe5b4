"""Reads a Python file as text with functions in it, each with the place of its body.

The text is parsed by the interpreter's own parser and never executed. Offsets are characters of the text,
whatever its line ends, tabs and byte order mark, so that an edit leaves every other character as it was.
"""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = [
    "BOM",
    "Document",
    "Function",
    "FunctionNode",
    "Places",
    "is_declaration",
    "nested_stubs",
    "parse",
    "read_document",
]

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(r"^[ \t\f]*(?:#.*)?$")
_UTF_8 = frozenset({"utf-8", "utf8", "utf-8-sig", "u8", "utf", "ascii", "us-ascii"})
_UNIT = "    "
_NOT_HOLES = frozenset({"overload", "abstractmethod"})


@dataclass(frozen=True, slots=True)
class Places:
    """Turns the lines and UTF-8 columns of the parser into offsets of a text."""

    text: str
    starts: tuple[int, ...]
    """Where each line begins."""

    @classmethod
    def of(cls, text: str) -> "Places":
        """The places of one text."""
        start = len(BOM) if text.startswith(BOM) else 0
        return cls(text, (start, *(found.end() for found in _LINE_END.finditer(text))))

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and a 0-based column in UTF-8 bytes."""
        start = self.starts[line - 1]
        # No character takes less than a byte, so this much of the line is enough.
        return start + len(self.text[start : start + column].encode()[:column].decode(errors="ignore"))

    def start(self, node: ast.stmt | ast.expr) -> int:
        """The first character of a node."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr) -> int:
        """One past the last character of a node."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def margin(self, line: int) -> str:
        """The white space that a 1-based line begins with."""
        found = re.compile(r"[ \t\f]*").match(self.text, self.starts[line - 1])
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of a file."""

    name: str
    """Its path: `clean`, `Stack.push`; a later one of the same path ends in `#2`, `#3`, ..."""
    node: FunctionNode
    owner: ast.ClassDef | None
    """The class that it is a method of."""
    docstring: str | None
    """As the source spells it out, indentation and all; None where there is none."""
    body: tuple[ast.stmt, ...]
    """Its statements, the docstring left out."""
    members: tuple["Function", ...] = ()
    """Where this stands for a class whose methods are written together: those that wait for a body."""

    @property
    def path(self) -> str:
        """The name without the number of a repetition."""
        return self.name.partition("#")[0]

    @property
    def is_stub(self) -> bool:
        """Whether the body says that it is still to be written."""
        return len(self.body) == 1 and _is_stub(self.body[0], documented=self.docstring is not None)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file."""

    source: Source
    tree: ast.Module
    places: Places
    functions: tuple[Function, ...]
    """All functions in file order, but for those that stand inside functions."""

    def function(self, name: str) -> Function | None:
        """The function of that name."""
        return next((each for each in self.functions if each.name == name), None)

    def newline_at(self, offset: int) -> str:
        """The line end that the file uses at an offset, or else where it first has one."""
        found = _LINE_END.search(self.source.text, offset) or _LINE_END.search(self.source.text)
        return found[0] if found else "\n"

    @property
    def unit(self) -> str:
        """What one level of indentation is in this file, by its first indented block."""
        for node in ast.walk(self.tree):
            match node:
                case (
                    ast.FunctionDef(body=[first, *_])
                    | ast.ClassDef(body=[first, *_])
                    | ast.If(body=[first, *_])
                ) if first.lineno > node.lineno:
                    outer, inner = self.places.margin(node.lineno), self.places.margin(first.lineno)
                    return inner.removeprefix(outer) or _UNIT
        return _UNIT

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        line = sum(start <= offset for start in self.places.starts) or 1
        return line, offset - self.places.starts[line - 1] + 1


def parse(text: str) -> ast.Module:
    """The tree of a text, without its byte order mark.

    Raises SyntaxError where Python's parser does, or where the text is too deep for it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix(BOM))
    except (RecursionError, MemoryError):
        raise SyntaxError("it is nested too deeply") from None
    except ValueError as error:  # null bytes, and lone surrogates on their way to UTF-8
        raise SyntaxError(str(error)) from None


def read_document(source: Source) -> Document:
    """Parse a file. Raises SourceError with the place where it is not Python, or not in UTF-8."""
    _check_encoding(source)
    try:
        tree = parse(source.text)
    except SyntaxError as error:
        message = f"Python does not accept this: {error.msg}"
        raise SourceError(
            message, file=source.name, line=error.lineno or 0, column=error.offset or 0
        ) from None
    return Document(source, tree, Places.of(source.text), tuple(_numbered(_functions(tree.body, (), None))))


def _check_encoding(source: Source) -> None:
    """Refuse a text that Python would read in another encoding than it was read in here."""
    for number, line in enumerate(_LINE_END.split(source.text.removeprefix(BOM), maxsplit=2)[:2], 1):
        found = _COOKIE.match(line)
        if found and found[1].lower().replace("_", "-") not in _UTF_8:
            message = f"the file says that its encoding is {found[1]}; save it as UTF-8"
            raise SourceError(message, file=source.name, line=number)
        if not _BLANK.match(line):
            return


def _functions(
    body: Sequence[ast.stmt], path: tuple[str, ...], owner: ast.ClassDef | None
) -> Iterator[Function]:
    """Functions of a block, those in classes and under conditions among them."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield _function(node, path, owner)
            case ast.ClassDef():
                yield from _functions(node.body, (*path, node.name), node)
            case ast.If() | ast.Try() | ast.With():
                for block in _blocks(node):
                    yield from _functions(block, path, owner)
            case _:
                pass


def _blocks(node: ast.If | ast.Try | ast.With) -> Iterator[Sequence[ast.stmt]]:
    yield node.body
    if isinstance(node, ast.Try):
        for handler in node.handlers:
            yield handler.body
    if not isinstance(node, ast.With):
        yield node.orelse
    if isinstance(node, ast.Try):
        yield node.finalbody


def _function(node: FunctionNode, path: tuple[str, ...], owner: ast.ClassDef | None) -> Function:
    docstring = ast.get_docstring(node, clean=False)
    body = node.body[1:] if docstring is not None else node.body
    return Function(".".join((*path, node.name)), node, owner, docstring, tuple(body))


def _numbered(functions: Iterator[Function]) -> Iterator[Function]:
    seen: Counter[str] = Counter()
    for each in functions:
        seen[each.name] += 1
        count = seen[each.name]
        yield (
            each
            if count == 1
            else Function(f"{each.name}#{count}", each.node, each.owner, each.docstring, each.body)
        )


def _is_stub(statement: ast.stmt, *, documented: bool) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=value)):
            return value is ...
        case ast.Pass():
            return documented
        case ast.Raise(exc=ast.Name(id=name), cause=None):
            return name == "NotImplementedError"
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name)), cause=None):
            return name == "NotImplementedError"
        case _:
            return False


def is_declaration(function: Function) -> bool:
    """Whether a body is left out on purpose: an overload, an abstract method, a member of a Protocol."""
    marks = {_last_name(each) for each in function.node.decorator_list}
    bases = {_last_name(each) for each in function.owner.bases} if function.owner is not None else set()
    return bool(marks & _NOT_HOLES) or "Protocol" in bases


def nested_stubs(document: Document) -> tuple[str, ...]:
    """Functions without a body that stand inside functions, by path."""
    inside = (
        _function(node, (outer.path,), None)
        for outer in document.functions
        for statement in outer.body
        for node in ast.walk(statement)
        if isinstance(node, FunctionNode)
    )
    return tuple(each.path for each in inside if each.is_stub)


def _last_name(node: ast.expr) -> str:
    """`overload` of `typing.overload`, `Protocol` of `Protocol[T]`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=inner) | ast.Call(func=inner):
            return _last_name(inner)
        case _:
            return ""

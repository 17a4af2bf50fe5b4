"""Takes the tests out of a module before it enters the sandbox, where a program could read them."""

import ast
import doctest
from collections.abc import Iterable

from holdfast.checkers.python.outline import parse_module
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["own_tests", "without_tests"]

_Span = tuple[int, int, int, int]


def without_tests(source: Source) -> str:
    """The text without its examples, top-level assertions, own tests and `__main__` block.

    Everything else stays on its line. Raises SourceError on what is not Python.
    """
    try:
        return _without(source, parse_module(source))
    except RecursionError:
        raise SourceError("this is nested too deeply", file=source.name) from None


def _without(source: Source, tree: ast.Module) -> str:
    lines = source.text.removeprefix("\ufeff").encode("utf-8", "surrogatepass").splitlines(keepends=True)
    edits: list[tuple[_Span, bytes]] = [
        (_span(node), _literal(text)) for node, text in _docstrings(tree) if ">>>" in text
    ]
    edits += [(_span(node, decorated=True), b"pass") for node in _tests(tree)]
    for span, text in sorted(edits, reverse=True):
        _replace(lines, span, text)
    return b"".join(lines).decode("utf-8", "surrogatepass")


def own_tests(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions `test_...` and classes `Test...` of a module that nothing else in it names."""
    found = [
        node
        for node in tree.body
        if (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"))
        or (isinstance(node, ast.ClassDef) and node.name.startswith("Test"))
    ]
    rest = [node for node in tree.body if node not in found and not _is_main(node)]
    used = {one.id for node in rest for one in ast.walk(node) if isinstance(one, ast.Name)}
    return [node for node in found if node.name not in used]


def _tests(tree: ast.Module) -> Iterable[ast.stmt]:
    yield from own_tests(tree)
    yield from (node for node in tree.body if isinstance(node, ast.Assert) or _is_main(node))


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) == "__name__ == '__main__'"


def _docstrings(tree: ast.Module) -> Iterable[tuple[ast.Constant, str]]:
    """Texts that stand as statements, at the head of anything or alone: no program can miss them."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str() as text) as constant):
                yield constant, text
            case _:
                pass


def _literal(text: str) -> bytes:
    try:
        parts = doctest.DocTestParser().parse(text)
    except ValueError:
        parts = []
    kept = "".join(part for part in parts if isinstance(part, str))
    return repr(kept).encode("utf-8", "surrogatepass")


def _span(node: ast.stmt | ast.Constant, *, decorated: bool = False) -> _Span:
    first = node
    if decorated:
        first = min((*getattr(node, "decorator_list", ()), node), key=lambda one: one.lineno)
    column = 0 if first is not node else node.col_offset
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return first.lineno - 1, column, node.end_lineno - 1, node.end_col_offset


def _replace(lines: list[bytes], span: _Span, text: bytes) -> None:
    """Put a text of one line into a span, and keep the number of lines."""
    start, column, end, end_column = span
    before, after = lines[start][:column], lines[end][end_column:]
    # A backslash joins lines where something stands behind the span on its last line.
    filler = b"\n" if not after.strip() or after.lstrip().startswith(b"#") else b" \\\n"
    lines[start : end + 1] = [before + text, *[filler] * (end - start)]
    lines[start : end + 1] = _joined(lines[start : end + 1], after)


def _joined(lines: list[bytes], after: bytes) -> list[bytes]:
    """Lines that end with what followed; the first one has no end of line yet."""
    if len(lines) == 1:
        return [lines[0] + after]
    return [lines[0] + lines[1], *lines[2:], after]

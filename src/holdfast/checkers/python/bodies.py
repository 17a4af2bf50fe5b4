"""Function bodies as texts: parsed alone, indented into their place, refined hole by hole.

A body is written without indentation. One with a statement `...` in it is a sketch: the next step of a proof
takes the place of its first `...`, and may be a sketch again.
"""

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.checkers.python.document import Places, parse
from holdfast.core.proofs import Proof

__all__ = [
    "LONGEST_BODY",
    "BodyError",
    "Slot",
    "as_generator",
    "body_of",
    "compose",
    "inside_strings",
    "is_sketch",
    "parse_body",
    "slot_at",
]

LONGEST_BODY = 20_000
"""Characters; longer texts are not handed to the parser."""
_DEEPEST = 60
_LINE_END = re.compile(r"\r\n|\r|\n")


class BodyError(ValueError):
    """A text is no function body; the message says why."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a text where a body goes."""

    start: int
    end: int
    """The text from `start` to `end` gives way."""
    indent: str
    """What the body's lines begin with."""
    inline: bool
    """Whether the place is on the line of its own `def` or the like, so that the body begins a line."""

    def put(self, text: str, body: str, newline: str = "\n") -> str:
        """`text` with a body in the slot, every other character unchanged."""
        return text[: self.start] + self.printed(body, newline) + text[self.end :]

    def printed(self, body: str, newline: str = "\n") -> str:
        """The body as it stands in the slot."""
        lines = _indented(body, self.indent)
        first = f"{newline}{lines[0]}" if self.inline else lines[0].removeprefix(self.indent)
        return newline.join([first, *lines[1:]])


def parse_body(text: str) -> tuple[ast.stmt, ...]:
    """The statements of a body, none of them a docstring. Raises BodyError where it is no body."""
    if len(text) > LONGEST_BODY:
        raise BodyError(f"the body has more than {LONGEST_BODY} characters")
    if _depth(text) > _DEEPEST:
        raise BodyError(f"its brackets are nested more than {_DEEPEST} deep")
    try:
        tree = parse(text)
    except SyntaxError as error:
        where = f" (line {error.lineno} of the body)" if error.lineno else ""
        raise BodyError(f"{error.msg}{where}") from None
    if not tree.body:
        raise BodyError("the body has no statement")
    return tuple(tree.body)


def _depth(text: str) -> int:
    """The depth of brackets at most: those in strings and comments are counted too."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth = max(0, depth - 1)
    return deepest


def normal(text: str) -> str:
    """A body as it is kept: no common margin, no blank lines around it, line feeds as line ends."""
    lines = _LINE_END.sub("\n", text).strip("\n").rstrip()
    return textwrap.dedent(lines).strip("\n")


def is_sketch(statements: Sequence[ast.stmt]) -> bool:
    """Whether a body has a `...` that is still to be filled."""
    return next(_holes(statements), None) is not None


def compose(sketch: str | None, step: str) -> str:
    """The body after a step: `step` alone at the start, then in place of the first hole of `sketch`.

    Raises BodyError where `step` is no body.
    """
    step = _without_tail(normal(step))
    if sketch is None:
        return step
    statements = parse_body(sketch)
    found = next(_holes(statements), None)
    if found is None:
        raise BodyError("the body is complete")
    statement, parent = found
    slot = slot_at(Places.of(sketch), [statement], None if parent is None else parent.lineno, "    ")
    return slot.put(sketch, step)


def _without_tail(text: str) -> str:
    """A body without the comments behind its last statement: what follows there is the file's."""
    return text[: Places.of(text).end(parse_body(text)[-1])]


def body_of(proof: Proof) -> str:
    """The body that a proof writes. Raises BodyError where its steps do not fit together."""
    body: str | None = None
    for step in proof.steps():
        body = compose(body, step.text)
    assert body is not None
    return body


def slot_at(places: Places, statements: Sequence[ast.stmt], parent_line: int | None, unit: str) -> Slot:
    """The slot that some statements of one block fill.

    Args:
        places: of the text that they stand in.
        statements: the first to the last; at least one.
        parent_line: the line of the statement that the block belongs to, None for none.
        unit: one level of indentation.

    Raises:
        BodyError: nothing can be put there, because something else stands on the same line.
    """
    first, last = statements[0], statements[-1]
    start, end = places.start(first), places.end(last)
    line_start = places.starts[first.lineno - 1]
    before = places.text[line_start:start]
    if not before.strip():
        return Slot(start, end, before, inline=False)
    colon = places.text.rindex(before.rstrip()[-1], 0, start) + 1
    if parent_line is None or not before.rstrip().endswith(":"):
        raise BodyError("another statement stands on its line; put it on a line of its own")
    return Slot(colon, end, places.margin(parent_line) + unit, inline=True)


def _holes(
    statements: Sequence[ast.stmt], parent: ast.stmt | None = None
) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    """The `...` statements of a block and the blocks in it, in order, with what they belong to.

    Those in functions and classes of the body count as well.
    """
    for statement in statements:
        match statement:
            case ast.Expr(value=ast.Constant(value=value)) if value is ...:
                yield statement, parent
            case _:
                for block in _blocks(statement):
                    yield from _holes(block, statement)


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for part in getattr(statement, name, ()):
            if isinstance(part, ast.ExceptHandler | ast.match_case):
                yield part.body
        block = getattr(statement, name, ())
        if block and isinstance(block, list) and isinstance(block[0], ast.stmt):
            yield block


def _indented(body: str, indent: str) -> list[str]:
    """The lines of a body behind an indentation; what goes on inside a string stays as it is."""
    inside = inside_strings(body)
    return [
        f"{indent}{line}" if line.strip() and number not in inside else line
        for number, line in enumerate(body.split("\n"), 1)
    ]


def inside_strings(body: str) -> frozenset[int]:
    """The 1-based lines that begin inside a string."""
    found: set[int] = set()
    strings = {getattr(tokenize, name, -1) for name in ("STRING", "FSTRING_MIDDLE", "FSTRING_START")}
    try:
        for token in tokenize.generate_tokens(io.StringIO(body).readline):
            if token.type in strings:
                found.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        # The parser took it, so this is a quirk of the tokenizer; the check of the tree tells if it matters.
        return frozenset(found)
    return frozenset(found)


def as_generator(body: str) -> str:
    """A body that hands out one by one the items of what `body` returns. Raises BodyError."""
    tree = ast.Module([*parse_body(body)], [])
    statements = _Yielding().visit(tree).body
    while statements and isinstance(statements[-1], ast.Return):
        statements.pop()
    return ast.unparse(ast.fix_missing_locations(tree))


class _Yielding(ast.NodeTransformer):
    """Makes generators of functions, but not of those inside of them."""

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        left = ast.Return()
        return [left] if node.value is None else [ast.Expr(ast.YieldFrom(node.value)), left]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

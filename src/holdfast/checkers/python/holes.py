"""Finds the functions of a Python file that wait for a body, and writes bodies into them.

A function waits when its body, its docstring apart, is `...`, `raise NotImplementedError`, or `pass` behind a
docstring. Overloads, abstract methods and members of protocols do not: they are meant to have no body.
"""

import ast
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from holdfast.checkers.python.bodies import BodyError, Slot, body_of, parse_body, slot_at
from holdfast.checkers.python.document import Document, Function, is_declaration, parse, read_document
from holdfast.checkers.python.groups import class_of, member_bodies
from holdfast.core.documents import Hole, HoleKind, Source
from holdfast.core.errors import SourceError, UserError
from holdfast.core.proofs import Proof

__all__ = ["fill", "find_holes", "function_of", "put_body", "slot_of"]


def find_holes(
    document: Document, names: Sequence[str] = (), together: Sequence[Function] = ()
) -> tuple[Hole, ...]:
    """The holes in file order; with `names`, just those functions, written already or not.

    Of the classes in `together`, all methods that wait for a body are one hole.

    Raises:
        SourceError: a hole cannot be written to where it stands.
        UserError: there is no function of a given name.
    """
    if names:
        wanted = {each.name: each for each in (_named(document, name) for name in names)}
        found = [_hole(document, each, HoleKind.NAMED) for each in wanted.values()]
        return tuple(sorted(found, key=lambda hole: hole.start))
    members = {member.name for each in together for member in each.members}
    alone = [
        each
        for each in document.functions
        if each.is_stub and not is_declaration(each) and each.name not in members
    ]
    holes = [_hole(document, each, HoleKind.ADMITTED) for each in (*alone, *together)]
    return tuple(sorted(holes, key=lambda hole: hole.start))


def function_of(document: Document, hole: Hole) -> Function:
    """The function, or class, that a hole is the body of. Raises UserError where it is not of this text."""
    found = document.function(hole.name) or class_of(document, hole.name)
    if found is None:
        raise UserError(f"{document.source.name} has no function {hole.name}")
    return found


def fill(source: Source, proofs: Mapping[Hole, Proof | None]) -> Source:
    """`source` with the bodies that the proofs write, every other character unchanged.

    Raises BodyError where the steps of a proof do not make a body.
    """
    document = read_document(source)
    written = [
        (member, body)
        for hole, proof in proofs.items()
        if proof is not None
        for member, body in _parts(function_of(document, hole), body_of(proof))
    ]
    return Source(source.name, _written(document, written))


def _parts(function: Function, body: str) -> list[tuple[Function, str]]:
    return member_bodies(function, body) if function.members else [(function, body)]


def _written(document: Document, bodies: Sequence[tuple[Function, str]]) -> str:
    """The text with bodies in place; places further up stay, since what is below them is filled first."""
    text = document.source.text
    slots = [(slot_of(document, function), body) for function, body in bodies]
    for slot, body in sorted(slots, key=lambda each: each[0].start, reverse=True):
        text = slot.put(text, _styled(body, document), document.newline_at(slot.start))
    return text


def put_body(document: Document, function: Function, body: str) -> str:
    """The text of the file with one body in place.

    Raises BodyError where the body would not stay what it is on its own.
    """
    parts = _parts(function, body)
    for member, own in parts:
        _check_indented(slot_of(document, member), _styled(own, document), own)
    return _written(document, parts)


def _check_indented(slot: Slot, styled: str, body: str) -> None:
    """Refuse a body that indentation changes: what stands around it is then not changed either.

    The slot ends where a statement ended, so behind it comes the end of a line, perhaps after a comment.
    """
    lead = "" if slot.inline else slot.indent
    try:
        (wrapped,) = parse(f"def _():\n{lead}{slot.printed(styled)}\n").body
    except (SyntaxError, ValueError):
        raise BodyError("it does not stay inside its function") from None
    assert isinstance(wrapped, ast.FunctionDef)
    if [ast.dump(each) for each in wrapped.body] != [ast.dump(each) for each in parse_body(body)]:
        raise BodyError("it is not the same when it is indented")


def slot_of(document: Document, function: Function) -> Slot:
    """Where the body of a function goes. Raises BodyError where nothing can be put there."""
    node, places = function.node, document.places
    if function.body:
        header = node.body[0].lineno if function.docstring is not None else 0
        on_its_line = header == function.body[0].lineno
        if function.docstring is not None and on_its_line:
            raise BodyError("its docstring stands on the same line; put it on a line of its own")
        return slot_at(places, function.body, node.lineno, document.unit)
    # A docstring is all there is.
    documented = node.body[0]
    end = places.end(documented)
    if documented.lineno == node.lineno:
        raise BodyError("its docstring stands on the line of its def; put it on a line of its own")
    return Slot(end, end, places.margin(documented.lineno), inline=True)


def _named(document: Document, name: str) -> Function:
    exact = document.function(name) or class_of(document, name)
    if exact is not None:
        return exact
    alike = [each for each in document.functions if each.path.rpartition(".")[2] == name]
    if len(alike) == 1:
        return alike[0]
    if alike:
        paths = ", ".join(each.name for each in alike)
        raise UserError(f"{document.source.name} has several functions {name}: say which of {paths}")
    near = get_close_matches(name, [each.name for each in document.functions], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UserError(f"{document.source.name} has no function {name}{hint}")


def _hole(document: Document, function: Function, kind: HoleKind) -> Hole:
    try:
        slots = [slot_of(document, each) for each in function.members or (function,)]
    except BodyError as error:
        line = function.node.lineno
        raise SourceError(f"{function.name}: {error}", file=document.source.name, line=line) from None
    start, end = slots[0].start, slots[-1].end
    line, column = document.place(start)
    return Hole(function.name, kind, start, end, line, column)


def _styled(body: str, document: Document) -> str:
    """A body with the file's own indentation in place of four spaces."""
    if document.unit == "    ":
        return body
    lines = []
    for line in body.split("\n"):
        inner = line.lstrip(" ")
        levels, rest = divmod(len(line) - len(inner), 4)
        lines.append(document.unit * levels + " " * rest + inner)
    styled = "\n".join(lines)
    try:
        same = ast.dump(parse(styled)) == ast.dump(parse(body))
    except SyntaxError:
        return body
    return styled if same else body

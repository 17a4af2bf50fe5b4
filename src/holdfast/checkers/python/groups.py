"""Classes whose methods can only be tested together: the bodies of all of them are one hole.

Such a body is written as the methods are, `def` by `def`; of each only the body is taken, and put where the
file has the method.
"""

import ast
from collections.abc import Mapping

from holdfast.checkers.python.bodies import BodyError, inside_strings, parse_body
from holdfast.checkers.python.document import Document, Function, FunctionNode, is_declaration
from holdfast.checkers.python.specification import Specification

__all__ = ["class_of", "classes", "joint_classes", "member_bodies"]


def classes(document: Document) -> tuple[Function, ...]:
    """Each class with several methods that wait for a body, as one function of these members."""
    members: dict[str, list[Function]] = {}
    for each in document.functions:
        if each.owner is not None and each.is_stub and not is_declaration(each):
            members.setdefault(each.path.rpartition(".")[0], []).append(each)
    return tuple(
        Function(name, found[0].node, found[0].owner, None, found[0].body, tuple(found))
        for name, found in members.items()
        if len(found) > 1 and all("#" not in each.name for each in found)
    )


def class_of(document: Document, name: str) -> Function | None:
    """The class of that name, where several of its methods wait for a body."""
    return next((each for each in classes(document) if each.name == name), None)


def joint_classes(document: Document, specifications: Mapping[str, Specification]) -> tuple[Function, ...]:
    """The classes with a method that no test speaks of without another one that has no body either."""
    return tuple(
        each
        for each in classes(document)
        if specifications[each.name].cases and any(_waits(each, one, specifications) for one in each.members)
    )


def _waits(group: Function, member: Function, specifications: Mapping[str, Specification]) -> bool:
    specification = specifications[member.name]
    others = {each.name for each in group.members}
    return not specification.cases and bool(others & set(specification.waits_for))


def member_bodies(group: Function, body: str) -> list[tuple[Function, str]]:
    """The body of each member. Raises BodyError where one is missing, or something else is there."""
    statements = parse_body(body)
    match statements:
        case [ast.ClassDef(body=inner)]:
            statements = tuple(inner)
        case _:
            pass
    written: dict[str, str] = {}
    for statement in statements:
        if not isinstance(statement, FunctionNode):
            raise BodyError("a class is written as its methods, each with its def line, and nothing else")
        written[statement.name] = _own_body(statement, body)
    names = {each.node.name: each for each in group.members}
    if missing := sorted(names.keys() - written.keys()):
        raise BodyError(f"it leaves out {', '.join(missing)}")
    if further := sorted(written.keys() - names.keys()):
        raise BodyError(f"{', '.join(further)} is no method of {group.name} that waits for a body")
    return [(function, written[name]) for name, function in names.items()]


def _own_body(node: FunctionNode, text: str) -> str:
    """The statements of a method as a body by itself, without a docstring."""
    documented = ast.get_docstring(node, clean=False) is not None and len(node.body) > 1
    statements = node.body[1:] if documented else node.body
    first, margin, kept = statements[0].lineno, statements[0].col_offset, inside_strings(text)
    lines = text.split("\n")[first - 1 : statements[-1].end_lineno]
    # The first line may begin with the header; those that go on with a string are the string's.
    found = "\n".join(
        line.encode()[margin:].decode() if number == first or number not in kept else line
        for number, line in enumerate(lines, first)
    )
    if [ast.dump(each) for each in parse_body(found)] != [ast.dump(each) for each in statements]:
        raise BodyError(f"the body of {node.name} is not the same when it stands by itself")
    return found

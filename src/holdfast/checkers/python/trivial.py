"""Bodies that no specification should accept: constants, the parameters themselves, nothing at all."""

import ast
from collections.abc import Iterator

from holdfast.checkers.python.brief import Brief, literal_of
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.suite import CallCase, Displays, Expectation, Raises, Returns, Suite, Truth
from holdfast.checkers.python.tested import Entry

__all__ = ["first_trivial", "trivial_bodies"]

_COMMON = ("True", "False", "0", "1", "''", "[]")
_LONGEST = 500
"""Characters of a constant that is tried."""


async def first_trivial(entry: Entry, grader: Grader) -> str:
    """The first trivial body that passes all tests of a function, hidden ones too; empty where none does."""
    suite = Suite(entry.specification.cases)
    for body in trivial_bodies(entry.brief):
        if (await grader.grade(entry.candidate(body), suite, first_failure=True)).passed:
            return body
    return ""


def trivial_bodies(brief: Brief) -> tuple[str, ...]:
    """Bodies that ignore what they are given, or hand it back; where one passes, the tests say too little.

    A function without parameters has nothing to ignore: for it a constant is no trivial body.
    """
    if brief.members:
        alike = ("return None", "raise NotImplementedError")
        return tuple("\n".join(f"{header}:\n    {body}" for header in brief.members) for body in alike)
    inputs = [each.name for each in brief.inputs if not each.name.startswith("*")]
    given = inputs[1:] if brief.method else inputs
    if not given:
        return ("return None", "raise NotImplementedError")
    constants = [*_expected(brief), *_COMMON]
    bodies = ["return None", "raise NotImplementedError", *(f"return {name}" for name in given)]
    bodies += [text if text.startswith("raise ") else f"return {text}" for text in constants]
    return tuple(dict.fromkeys(bodies))


def _expected(brief: Brief) -> Iterator[str]:
    """What the first test that expects a value expects, and the first that expects an exception.

    A constant that passes all tests passes these, so that others need not be tried.
    """
    found = [_constant(case.expectation) for case in brief.shown if isinstance(case, CallCase)]
    values = [text for text in found if text and not text.startswith("raise ")]
    raises = [text for text in found if text.startswith("raise ")]
    yield from (text for text in (*values[:1], *raises[:1]) if len(text) <= _LONGEST)


def _constant(expectation: Expectation) -> str:
    match expectation:
        case Returns(value=value):
            return _literal(repr(value))
        case Truth(wanted=wanted):
            return repr(wanted)
        case Raises(exceptions=[name, *_]):
            return f"raise {name}"
        case Displays() as displays:
            return literal_of(displays) or ""
        case _:
            return ""


def _literal(text: str) -> str:
    """A text where it is a literal, else nothing."""
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return ""
    return " ".join(text.split()) if "'" not in text and '"' not in text else text

"""Judges answers: pure functions from what was expected and what came back to a verdict."""

import builtins
from typing import assert_never

from holdfast.checkers.python.answers import Answer, NoAnswer, Returned, Threw
from holdfast.checkers.python.compare import Difference, Tolerance, differ
from holdfast.checkers.python.display import displayed, thrown
from holdfast.checkers.python.inside.wire import Malformed, Tree, encode
from holdfast.checkers.python.program import ENDS
from holdfast.checkers.python.show import kind_of, shorten
from holdfast.checkers.python.suite import CallCase, Displays, ProgramCase, Raises, Returns, Truth
from holdfast.checkers.python.verdicts import CaseVerdict, Reason
from holdfast.checkers.python.views import VIEWS, view
from holdfast.runtime.sandbox.jobs import Ran

__all__ = ["judge", "judge_run"]

_SHOWN = 200
"""Most characters of a line in a message."""


def judge(case: CallCase, answer: Answer) -> CaseVerdict:
    """The verdict on one call."""
    if isinstance(answer, NoAnswer):
        return CaseVerdict(case.name, passed=False, reason=answer.reason, message=answer.message)
    try:
        return _judged(case, answer)
    except Malformed as error:
        message = f"what came back is no plain data: {error}"
        return CaseVerdict(case.name, passed=False, reason=Reason.WRONG_TYPE, message=message)
    except Exception as error:  # noqa: BLE001 - the answer is hostile, and whatever it breaks is its failure
        message = f"what came back cannot be read: {type(error).__name__}"
        return CaseVerdict(case.name, passed=False, reason=Reason.FORBIDDEN, message=message)


def _judged(case: CallCase, answer: Returned | Threw) -> CaseVerdict:
    match case.expectation:
        case Raises() as raises:
            return _raising(case, raises, answer)
        case Displays() as displays:
            return _displaying(case, displays, answer)
        case Returns() | Truth() as expected:
            if isinstance(answer, Threw):
                return _failed(case, Reason.RAISED, f"{case.call} raised {answer}", str(answer))
            return _returning(case, expected, answer)
        case _:
            assert_never(case.expectation)


def _returning(case: CallCase, expected: Returns | Truth, answer: Returned) -> CaseVerdict:
    seen = _seen(case, answer.tree)
    if isinstance(seen, CaseVerdict):
        return seen
    shown = shorten(seen)
    match expected:
        case Returns(value=value, exact=exact, tolerance=tolerance):
            difference = differ(encode(value), seen, exact=exact, tolerance=tolerance)
        case Truth(wanted=wanted):
            difference = _truth(seen, wanted=wanted)
        case _:
            assert_never(expected)
    if difference is None:
        return CaseVerdict(case.name, passed=True, shown=shown)
    return _failed(case, difference.reason, f"{case.call}: {difference.message}", shown)


def _seen(case: CallCase, tree: Tree) -> Tree | CaseVerdict:
    outside = tuple(name for name in case.call.through if name in VIEWS)
    try:
        return view(tree, outside)
    except Malformed:
        raise
    except Exception as error:  # noqa: BLE001 - what `sorted` and the like say of a wrong answer
        return _failed(case, Reason.WRONG_TYPE, f"{case.call}: {error}", shorten(tree))


def _truth(tree: Tree, *, wanted: bool) -> Difference | None:
    """Only plain data has a truth that is not the program's own word."""
    found = bool(VIEWS["bool"](_value(tree)))
    if found == wanted:
        return None
    word = "true" if wanted else "false"
    return Difference(Reason.WRONG_VALUE, f"expected something {word}, got {shorten(tree)}")


def _value(tree: Tree) -> Tree:
    """Something with the same truth. Raises Malformed for objects that are no plain data."""
    if isinstance(tree, dict):
        ((tag, body),) = tree.items()
        if tag == "o" and len(body) == 3:
            return _value(body[2])
        if tag in {"o", "g"}:
            raise Malformed(f"a {kind_of(tree)} was returned, whose truth is its own word")
        if tag == "i":
            return True
        if tag == "c":
            return any(body)
        return body
    return tree


def _raising(case: CallCase, expected: Raises, answer: Returned | Threw) -> CaseVerdict:
    wanted = " or ".join(expected.exceptions)
    if isinstance(answer, Returned):
        shown = shorten(answer.tree)
        return _failed(case, Reason.NOT_RAISED, f"{case.call}: expected {wanted}, got {shown}", shown)
    if not _is_one_kind(answer.names):
        message = f"{case.call} raised an exception of several kinds at once: {answer}"
        return _failed(case, Reason.RAISED, message, str(answer))
    if not any(_is_named(name, one) for name in answer.names for one in expected.exceptions):
        return _failed(case, Reason.RAISED, f"{case.call}: expected {wanted}, got {answer}", str(answer))
    if expected.text not in answer.message:
        message = f"{case.call}: expected a message with {expected.text!r}, got {answer.message!r}"
        return _failed(case, Reason.WRONG_VALUE, message, str(answer))
    return CaseVerdict(case.name, passed=True, shown=str(answer))


def _is_one_kind(names: tuple[str, ...]) -> bool:
    """Whether the built-in classes above are those of one of them; else it could stand for any exception."""
    above = [name.removeprefix("builtins.") for name in names if name.startswith("builtins.")]
    first = getattr(builtins, above[0], None) if above else None
    return isinstance(first, type) and above == [kind.__name__ for kind in first.__mro__]


def _is_named(full: str, short: str) -> bool:
    """Whether a class of that full name is meant: built-in ones go by their bare name, others by its end."""
    if hasattr(builtins, short):
        return full == f"builtins.{short}"
    return full == short or full.endswith(f".{short}")


def _displaying(case: CallCase, expected: Displays, answer: Returned | Threw) -> CaseVerdict:
    if isinstance(answer, Threw):
        shown, difference = str(answer), thrown(expected, answer)
    else:
        seen = _seen(case, answer.tree)
        if isinstance(seen, CaseVerdict):
            return seen
        shown, difference = shorten(seen), displayed(expected, seen, answer.printed)
    if difference is None:
        return CaseVerdict(case.name, passed=True, shown=shown)
    return _failed(case, difference.reason, f"{case.call}: {difference.message}", shown)


def _failed(case: CallCase, reason: Reason, message: str, shown: str) -> CaseVerdict:
    return CaseVerdict(case.name, passed=False, reason=reason, message=message, shown=shown)


def judge_run(case: ProgramCase, ran: Ran) -> CaseVerdict:
    """The verdict on one run of a whole program; it has to end by itself, and well."""
    if ran.ended in ENDS:
        reason, message = ENDS[ran.ended]
        return CaseVerdict(case.name, passed=False, reason=reason, message=message)
    if ran.ended != "exit" or ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2][:_SHOWN]
        message = f"the program ended with exit code {ran.returncode}{f': {said}' if said else ''}"
        return CaseVerdict(case.name, passed=False, reason=Reason.RAISED, message=message)
    return _compared(case, ran.stdout.decode(errors="replace"))


def _compared(case: ProgramCase, output: str) -> CaseVerdict:
    ours, theirs = _lines(case.stdout), _lines(output)
    for at in range(max(len(ours), len(theirs))):
        wanted = ours[at] if at < len(ours) else None
        got = theirs[at] if at < len(theirs) else None
        if wanted == got or (wanted and got and _near(wanted, got, case.tolerance)):
            continue
        message = f"line {at + 1} of the output: expected {_quoted(wanted)}, got {_quoted(got)}"
        shown = "" if got is None else got[:_SHOWN]
        return CaseVerdict(case.name, passed=False, reason=Reason.WRONG_VALUE, message=message, shown=shown)
    return CaseVerdict(case.name, passed=True)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _quoted(line: str | None) -> str:
    return "no such line" if line is None else repr(line[:_SHOWN])


def _near(wanted: str, got: str, tolerance: Tolerance | None) -> bool:
    ours, theirs = wanted.split(), got.split()
    if tolerance is None or len(ours) != len(theirs):
        return False
    return all(
        one == other or _near_words(one, other, tolerance) for one, other in zip(ours, theirs, strict=True)
    )


def _near_words(one: str, other: str, tolerance: Tolerance) -> bool:
    try:
        left, right = float(one), float(other)
    except ValueError:
        return False
    return differ(left, right, exact=False, tolerance=tolerance) is None

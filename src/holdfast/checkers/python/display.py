"""Compares what an interactive session would show with what a docstring says it shows."""

import ast
import doctest

from holdfast.checkers.python.answers import Threw
from holdfast.checkers.python.compare import Difference, differ
from holdfast.checkers.python.inside.wire import Tree, encode
from holdfast.checkers.python.show import show
from holdfast.checkers.python.suite import Displays
from holdfast.checkers.python.verdicts import Reason

__all__ = ["displayed", "thrown"]

_SHOWN = 400
"""Most characters of an output in a message."""
_CHECKER = doctest.OutputChecker()


def displayed(expected: Displays, tree: Tree, printed: str) -> Difference | None:
    """Why a value, with what was printed on the way to it, is not what is expected; None where it is.

    The order of sets and of keys is not looked at. Raises Malformed.
    """
    got = printed + _text(tree, printed=expected.printed)
    if _CHECKER.check_output(expected.want, got, expected.options):
        return None
    wanted = _exception(expected)
    if wanted is not None:
        return Difference(Reason.NOT_RAISED, f"expected {wanted.strip()}, got {_short(got)}")
    difference = _values(expected, tree, printed)
    if isinstance(difference, Difference):
        return difference
    return None if difference else _unequal(expected.want, got)


def _text(tree: Tree, *, printed: bool) -> str:
    if printed:
        return f"{tree if isinstance(tree, str) else show(tree)}\n"
    return "" if tree is None else f"{show(tree)}\n"


def _values(expected: Displays, tree: Tree, printed: str) -> Difference | bool:
    """Compares as data, where the text is data: True where it is the same, False where it is no data."""
    if expected.printed or printed:
        return False
    try:
        wanted = ast.literal_eval(expected.want.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return False
    difference = differ(encode(wanted), tree, exact=True)
    return True if difference is None else difference


def _unequal(want: str, got: str) -> Difference:
    return Difference(Reason.WRONG_VALUE, f"expected {_short(want)}, got {_short(got)}")


def _short(text: str) -> str:
    text = text.rstrip("\n") or "nothing"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]} ..."


def thrown(expected: Displays, answer: Threw) -> Difference | None:
    """Why an exception is not what is expected; None where it is.

    As in doctest the message counts, unless IGNORE_EXCEPTION_DETAIL is set; a class may go by its bare name.
    """
    wanted = _exception(expected)
    if wanted is None:
        return Difference(Reason.RAISED, f"expected {_short(expected.want)}, got {answer}")
    for name in (answer.name, answer.name.rpartition(".")[2]):
        got = f"{name}: {answer.message}\n" if answer.message else f"{name}\n"
        if _CHECKER.check_output(wanted, got, expected.options) or _same_class(wanted, got, expected.options):
            return None
    return Difference(Reason.RAISED, f"expected {wanted.strip()}, got {answer}")


def _same_class(wanted: str, got: str, options: int) -> bool:
    one, other = (text.partition(":")[0].strip().rpartition(".")[2] for text in (wanted, got))
    return bool(options & doctest.IGNORE_EXCEPTION_DETAIL) and one == other


def _exception(expected: Displays) -> str | None:
    """The last line of the traceback that is expected, None where a value is."""
    return doctest.DocTestParser().get_examples(f">>> 0\n{expected.want}")[0].exc_msg

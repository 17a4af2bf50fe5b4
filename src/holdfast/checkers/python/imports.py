"""Whether a file and its tests can be imported at all, before anything is asked of them."""

from holdfast.checkers.python.answers import NoAnswer
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.suite import Call, Kind, Origin, Script, ScriptCase, Suite
from holdfast.checkers.python.tested import Tested
from holdfast.checkers.python.verdicts import Reason
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["check_import", "check_tests"]

_NOBODY = "holdfast_asks_for_what_is_not_there"


async def check_import(grader: Grader, tested: Tested) -> None:
    """Import a file in the sandbox. Raises SourceError with the reason where that fails or does not end."""
    (answer,) = await grader.ask(tested.candidate, (Call(_NOBODY),))
    if isinstance(answer, NoAnswer) and answer.reason is not Reason.MISSING:
        raise SourceError(f"it cannot be imported: {answer.message}", file=tested.document.source.name)


async def check_tests(grader: Grader, tested: Tested, tests: Source) -> None:
    """Import a test file on a file in a sandbox. Raises SourceError with the reason where that fails."""
    origin = Origin(tests.name, 1)
    script = Script(Kind.PYTEST, origin, tests.text, tested.candidate.name)
    graded = await grader.grade(
        tested.candidate, Suite((ScriptCase(_NOBODY, origin, Kind.PYTEST, script, _NOBODY),))
    )
    if graded.broken:
        raise SourceError(f"it cannot be imported: {graded.broken}", file=tests.name)

"""Whether a file can be imported at all, before anything is asked of it."""

from holdfast.checkers.python.answers import NoAnswer
from holdfast.checkers.python.grader import Grader
from holdfast.checkers.python.suite import Call
from holdfast.checkers.python.tested import candidate_of
from holdfast.checkers.python.verdicts import Reason
from holdfast.core.documents import Source
from holdfast.core.errors import SourceError

__all__ = ["check_import"]

_NOBODY = "holdfast_asks_for_what_is_not_there"


async def check_import(grader: Grader, source: Source) -> None:
    """Import a file in the sandbox. Raises SourceError with the reason where that fails or does not end."""
    (answer,) = await grader.ask(candidate_of(source), (Call(_NOBODY),))
    if isinstance(answer, NoAnswer) and answer.reason is not Reason.MISSING:
        raise SourceError(f"it cannot be imported: {answer.message}", file=source.name)

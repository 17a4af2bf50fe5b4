"""What went wrong, as programs are told it: a word of a closed list and a sentence with the cure."""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.apps.kept import StillReadingError
from holdfast.apps.live import NoGoalError
from holdfast.apps.places import NoSuchPlaceError
from holdfast.core import errors

__all__ = ["Problem", "Reason", "WrongRequestError", "problem_of"]


class Reason(StrEnum):
    """Why a question has no answer."""

    NO_GOAL = "no_goal"
    """There is nothing to do at the place."""
    NO_SUCH_PLACE = "no_such_place"
    NOT_ACCEPTED = "source_not_accepted"
    """The text before the place is at fault."""
    WRONG_REQUEST = "wrong_request"
    """What was asked for cannot be, whatever the file says: a path, an option."""
    CANNOT_BE_DONE = "cannot_be_done"
    TIMED_OUT = "timed_out"
    """Time ran out; nothing is known."""
    NO_VERDICT = "no_verdict"
    """A checker failed; nothing is known, and asking again may help."""
    TOOL_MISSING = "tool_missing"
    """Something has to be installed; the message says how."""
    NO_SANDBOX = "no_sandbox"
    MODEL_FAILED = "model_failed"
    STORAGE_FAILED = "storage_failed"
    BUG = "bug"


class WrongRequestError(errors.UserError):
    """A request asks for something that is not offered."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer."""

    reason: Reason
    message: str
    """One sentence that names cause and cure."""


_REASONS: tuple[tuple[type[BaseException], Reason], ...] = (
    (NoGoalError, Reason.NO_GOAL),
    (NoSuchPlaceError, Reason.NO_SUCH_PLACE),
    (WrongRequestError, Reason.WRONG_REQUEST),
    (errors.SourceError, Reason.NOT_ACCEPTED),
    (errors.UserError, Reason.CANNOT_BE_DONE),
    (StillReadingError, Reason.TIMED_OUT),
    (errors.CheckerTimeoutError, Reason.TIMED_OUT),
    (errors.CheckerError, Reason.NO_VERDICT),
    (errors.MissingToolError, Reason.TOOL_MISSING),
    (errors.SandboxUnavailableError, Reason.NO_SANDBOX),
    (errors.ModelError, Reason.MODEL_FAILED),
    (errors.StorageError, Reason.STORAGE_FAILED),
    (errors.InfrastructureError, Reason.NO_VERDICT),
    (TimeoutError, Reason.TIMED_OUT),
    (OSError, Reason.STORAGE_FAILED),
)


def problem_of(error: BaseException) -> Problem:
    """The problem behind an error; what is no error of ours is told as a bug, without its words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            if isinstance(error, errors.HoldfastError):
                return Problem(reason, str(error))
            said = (isinstance(error, OSError) and error.strerror) or "it took too long"
            return Problem(reason, said)
    return Problem(Reason.BUG, f"this is a bug in holdfast ({type(error).__name__}); its log says more")

"""Whose fault an error is, told as one sentence and an exit code."""

import errno
from dataclasses import dataclass

from holdfast.apps.cli.output import ExitCode
from holdfast.core.errors import HoldfastError, UserError

__all__ = ["Fault", "describe"]

_READER_LEFT = 128 + 13
"""What a shell reports for a program that wrote to a pipe nobody reads any more."""
_USERS_ERRNOS = frozenset({
    errno.EACCES, errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR,
    errno.EPERM,
})  # fmt: skip
"""Paths that are wrong or forbidden. A full or failing disk is not here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error for people and shells."""

    exit_code: int
    sentence: str
    """Empty where there is nobody left to tell."""


def describe(error: BaseException) -> Fault:
    """The fault behind an error; the first one of a group that says something."""
    cause = _first(error)
    match cause:
        case UserError():
            return Fault(ExitCode.USER_ERROR, str(cause))
        case HoldfastError():
            return Fault(ExitCode.INFRASTRUCTURE, str(cause))
        case BrokenPipeError():
            return Fault(_READER_LEFT, "")
        case UnicodeDecodeError():
            return Fault(ExitCode.USER_ERROR, f"a file is not UTF-8 text (at byte {cause.start})")
        case OSError():
            return _of_system(cause)
        case MemoryError():
            return Fault(ExitCode.INFRASTRUCTURE, "memory ran out; fewer --jobs need less")
        case _:
            name = type(cause).__name__
            words = f"{name}: {cause}" if str(cause) else name
            sentence = f"this is a bug in holdfast, please report it ({words}); --debug shows where it is"
            return Fault(ExitCode.INFRASTRUCTURE, " ".join(sentence.split()))


def _of_system(error: OSError) -> Fault:
    reason = error.strerror or type(error).__name__
    path = error.filename
    if isinstance(path, bytes):
        path = path.decode(errors="backslashreplace")
    where = f"{path}: " if isinstance(path, str) else ""
    users = error.errno in _USERS_ERRNOS and where
    return Fault(ExitCode.USER_ERROR if users else ExitCode.INFRASTRUCTURE, f"{where}{reason}")


def _first(error: BaseException) -> BaseException:
    """The error in a group of groups that a user can do most about."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [_first(one) for one in error.exceptions]
    return min(leaves, key=_rank)


def _rank(error: BaseException) -> int:
    kinds: tuple[type[BaseException], ...] = (UserError, HoldfastError, OSError, Exception)
    return next((rank for rank, kind in enumerate(kinds) if isinstance(error, kind)), len(kinds))

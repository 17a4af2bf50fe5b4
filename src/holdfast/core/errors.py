"""What can go wrong, and whose fault it is.

HoldfastError
├── UserError              the user's mistake: one sentence, exit code 2
│   └── SourceError        ... at a place in a file
└── InfrastructureError    not the user's, not the model's: exit code 3
    ├── CheckerError       a checker gave no verdict: nothing is known, retrying may help
    │   ├── CheckerTimeoutError ... it did not answer in time and was killed
    │   └── CheckerDiedError    ... its process ended
    ├── ModelError         a language model gave no answer that can be used
    │   ├── ModelKeyError          ... it asks for a key, or refuses the one it was given
    │   ├── UnknownModelError      ... it has no model of that name
    │   ├── ModelUnreachableError  ... nobody answers at that address, or not in time: retrying may help
    │   ├── ModelBusyError         ... it asks to be left alone for a while: retrying later helps
    │   ├── ModelLoadingError      ... it is not ready yet: retrying later helps
    │   ├── ContextTooLongError    ... the prompt does not fit
    │   ├── UnsupportedError       ... it cannot do what it was asked for
    │   └── BadAnswerError         ... what came back is not what was asked for
    ├── MissingToolError   a program that has to be installed; the message says how
    ├── SandboxUnavailableError  code that nobody vouches for cannot be kept apart here; the message says why
    └── StorageError       a disk or a file system said no
"""

__all__ = [
    "BadAnswerError",
    "CheckerDiedError",
    "CheckerError",
    "CheckerTimeoutError",
    "ContextTooLongError",
    "HoldfastError",
    "InfrastructureError",
    "MissingToolError",
    "ModelBusyError",
    "ModelError",
    "ModelKeyError",
    "ModelLoadingError",
    "ModelUnreachableError",
    "SandboxUnavailableError",
    "SourceError",
    "StorageError",
    "UnknownModelError",
    "UnsupportedError",
    "UserError",
]


class HoldfastError(Exception):
    """Base of all errors raised on purpose; its text is one sentence that names cause and cure."""


class UserError(HoldfastError):
    """The user asked for something that cannot be; nothing was changed."""


class SourceError(UserError):
    """A source text is at fault.

    Attributes:
        file: the name of the source.
        line: 1-based, 0 when unknown.
        column: 1-based, 0 when unknown.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0) -> None:
        """Keep the place beside the message; `str()` puts it in front, as compilers do."""
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        super().__init__(message, file, line, column)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_source_error, (self.message, self.file, self.line, self.column))


def _source_error(message: str, file: str, line: int, column: int) -> SourceError:
    return SourceError(message, file=file, line=line, column=column)


class InfrastructureError(HoldfastError):
    """The machine or a tool failed; no conclusion about any goal may be drawn."""


class CheckerError(InfrastructureError):
    """A checker gave no verdict: record `undecided`, never `refused`."""


class CheckerTimeoutError(CheckerError):
    """The checker did not answer in time and was killed."""


class CheckerDiedError(CheckerError):
    """The checker's process ended while an answer was due."""


class ModelError(InfrastructureError):
    """A language model gave no answer that can be used; nothing is known about the goal."""


class ModelKeyError(ModelError):
    """The server wants a key that it was not given, or refuses the one that it was given."""


class UnknownModelError(ModelError):
    """The server has no model of that name; the message says which it has, where it tells."""


class ModelUnreachableError(ModelError):
    """Nobody answers there, the connection broke, or the answer took too long; retrying may help."""


class ModelBusyError(ModelError):
    """The server has too much to do, or lets this user have no more for now.

    Attributes:
        retry_after_s: seconds after which it wants to be asked again, None where it does not say.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        """Keep the server's wish beside the message."""
        self.retry_after_s = retry_after_s
        super().__init__(message)


class ModelLoadingError(ModelError):
    """The model is not ready: absent, loading, or unloaded meanwhile; asking later helps."""


class ContextTooLongError(ModelError):
    """The prompt with the answer asked for is longer than the model reads."""


class UnsupportedError(ModelError):
    """The server or library cannot do what it was asked for, such as embeddings."""


class BadAnswerError(ModelError):
    """What came back is not what was asked for: too few answers, no log-probabilities, no JSON, NaN."""


class MissingToolError(InfrastructureError):
    """A program is not installed; the message ends with the command that installs it."""


class SandboxUnavailableError(InfrastructureError):
    """No sandbox that was asked for holds on this machine; the message says what is missing and the fix."""


class StorageError(InfrastructureError):
    """A file could not be read or written for a reason that is not the user's."""

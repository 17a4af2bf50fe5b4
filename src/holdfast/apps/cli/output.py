"""What every command prints, and where: results on standard output, all else on standard error."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, RenderableType

from holdfast.core.errors import StorageError
from holdfast.core.events import Event
from holdfast.core.seams import EventSink
from holdfast.runtime.lines import encode_line
from holdfast.runtime.sinks import NullSink, PlainSink
from holdfast.runtime.terminal import TerminalSink

__all__ = ["ExitCode", "Options", "Output", "Report"]

RECORD_VERSION = 1
_WIDTH_OF_A_FILE = 160
"""Columns of a table that is not printed on a terminal."""


class ExitCode(IntEnum):
    """How a command ended, for the shell. A signal adds its number to 128."""

    ACHIEVED = 0
    """Everything that was asked for was achieved."""
    NOT_ACHIEVED = 1
    """It ran, but something was not achieved."""
    USER_ERROR = 2
    """The user asked for something that cannot be."""
    INFRASTRUCTURE = 3
    """The checker, the disk or the machine failed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a command hands back; its results went to `Output.result` as they came."""

    exit_code: ExitCode
    summary: Mapping[str, object]
    """The last record of `--json`; `kind`, `version` and `exit_code` are added."""
    body: tuple[RenderableType, ...] = ()
    """What is printed without `--json`: strings byte for byte, anything else drawn by rich."""
    errors: tuple[str, ...] = ()
    """Sentences on what went wrong beside the results; told on standard error, and by the last record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that every command has."""

    json: bool = False
    quiet: bool = False
    """No progress and no notes; errors and results are still told."""
    debug: bool = False
    """Show where an error was raised."""


class Output:
    """The two streams of a command. A context manager, and an event sink.

    `emit` draws progress on standard error; `result` writes a record to standard output with `--json`.
    """

    def __init__(self, options: Options, stdout: TextIO, stderr: TextIO) -> None:
        """Print to the two streams; `stdout` has to have a binary buffer for records."""
        self._options = options
        self._stdout = stdout
        self._stderr = stderr
        self._stack = contextlib.ExitStack()
        self._sink: EventSink = NullSink()

    def __enter__(self) -> Self:
        if self._options.quiet:
            return self
        console = Console(file=self._stderr)
        # Live drawing and records on one and the same terminal would run into each other.
        shared = self._options.json and self._stdout.isatty()
        if console.is_terminal and not console.is_dumb_terminal and not shared:
            self._sink = self._stack.enter_context(TerminalSink(console))
        else:
            self._sink = PlainSink(self._stderr)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sink = NullSink()
        self._stack.close()

    def emit(self, event: Event) -> None:
        """Draw one event."""
        self._sink.emit(event)

    def result(self, record: Mapping[str, object]) -> None:
        """Write one result with `--json`, at once; without it, the report tells of it at the end.

        Raises StorageError where standard output takes no more, BrokenPipeError where nobody reads it.
        """
        if self._options.json:
            with _mapped():
                self._stdout.flush()
                self._stdout.buffer.write(encode_line({"version": RECORD_VERSION} | dict(record)))
                self._stdout.buffer.flush()

    def report(self, report: Report) -> None:
        """Print the end of a command: the summary record, or the report for people.

        Raises what `result` does.
        """
        self._tell(report.errors)
        if self._options.json:
            error = {"error": "; ".join(report.errors)} if report.errors else {}
            record = {"kind": "summary", "exit_code": int(report.exit_code)}
            self.result(record | error | dict(report.summary))
            return
        with _mapped():
            for part in report.body:
                self._stdout.write(part if isinstance(part, str) else self._drawn(part))
            self._stdout.flush()

    def _drawn(self, part: RenderableType) -> str:
        # Rich is not let near the stream itself: it ends the program when nobody reads.
        console = Console(file=self._stdout, width=None if self._stdout.isatty() else _WIDTH_OF_A_FILE)
        with console.capture() as capture:
            console.print(part)
        return "".join(line.rstrip(" \n") + "\n" for line in capture.get().splitlines())

    def failed(self, exit_code: int, sentence: str) -> None:
        """Tell of an error: a sentence on standard error, and with `--json` a summary that has it too."""
        self._tell((sentence,))
        with contextlib.suppress(OSError, ValueError, StorageError):
            self.result({"kind": "summary", "exit_code": int(exit_code), "error": sentence})

    def _tell(self, sentences: Sequence[str]) -> None:
        with contextlib.suppress(OSError, ValueError):
            for sentence in sentences:
                self._stderr.write(f"holdfast: {sentence}\n")
            self._stderr.flush()


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(f"cannot write to standard output: {error.strerror}") from error

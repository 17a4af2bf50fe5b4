"""Every error becomes one sentence and an exit code."""

import errno
import inspect

import pytest

from holdfast.apps.cli.faults import describe
from holdfast.core import errors
from holdfast.core.errors import CheckerDiedError, HoldfastError, SourceError, StorageError, UserError

OWN = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, HoldfastError)
]  # fmt: skip


@pytest.mark.parametrize("kind", OWN)
def test_our_own_errors_speak_for_themselves(kind: type[HoldfastError]) -> None:
    fault = describe(kind("a sentence"))
    assert fault.exit_code == (2 if issubclass(kind, UserError) else 3)
    assert fault.sentence == "a sentence"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (SourceError("syntax error", file="a.v", line=3, column=7), 2, "a.v:3:7: syntax error"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "a.v"),
            2,
            "a.v: No such file or directory",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a.v"), 2, "a.v: Permission denied"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", b"a\xff"), 2, "a\\xff: Is a directory"),
        (OSError(errno.ENOSPC, "No space left on device", "a.v"), 3, "a.v: No space left on device"),
        (OSError(errno.EMFILE, "Too many open files"), 3, "Too many open files"),
        (PermissionError(errno.EPERM, "Operation not permitted"), 3, "Operation not permitted"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (MemoryError(), 3, "memory ran out; fewer --jobs need less"),
    ],
)
def test_errors_of_the_system(error: Exception, code: int, sentence: str) -> None:
    fault = describe(error)
    assert (fault.exit_code, fault.sentence) == (code, sentence)


def test_undecodable_text_is_the_users() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        b"ab\xff".decode("utf-8")
    fault = describe(caught.value)
    assert (fault.exit_code, fault.sentence) == (2, "a file is not UTF-8 text (at byte 2)")


def test_anything_else_is_a_bug_told_in_one_line() -> None:
    fault = describe(KeyError("several\nlines"))
    assert fault.exit_code == 3
    assert "bug" in fault.sentence
    assert "KeyError" in fault.sentence
    assert "\n" not in fault.sentence


def test_of_several_errors_the_one_that_helps_most_is_told() -> None:
    group = BaseExceptionGroup(
        "several",
        [
            ValueError("a consequence"),
            ExceptionGroup("inner", [CheckerDiedError("it died"), UserError("no theorem x in a.v")]),
            StorageError("full"),
        ],
    )
    assert describe(group).sentence == "no theorem x in a.v"
    assert describe(ExceptionGroup("outer", [ValueError("v"), StorageError("full")])).sentence == "full"

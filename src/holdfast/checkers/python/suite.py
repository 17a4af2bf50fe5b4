"""Tests as data: what a program is asked, and what it has to answer.

Three ways to test: a call of one function whose answer is compared here (`CallCase`); a test program that
runs in a sandbox of its own and reaches the tested module from afar (`ScriptCase`); input and output of a
whole program (`ProgramCase`).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from holdfast.checkers.python.compare import Tolerance
from holdfast.checkers.python.inside.wire import Expression, Plain

__all__ = [
    "Call",
    "CallCase",
    "Case",
    "Displays",
    "Expectation",
    "Expression",
    "Kind",
    "Origin",
    "ProgramCase",
    "Raises",
    "Returns",
    "Script",
    "ScriptCase",
    "Suite",
    "Tolerance",
    "Truth",
]


class Kind(StrEnum):
    """What a test was written as."""

    CALL = "call"
    """Not written: made from values."""
    DOCTEST = "doctest"
    ASSERT = "assert"
    PYTEST = "pytest"
    PROPERTY = "property"
    RECORD = "record"
    """From a benchmark's record."""
    STDIO = "stdio"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a test stands."""

    file: str
    line: int
    """1-based, 0 when unknown."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of the tested module."""

    function: str
    """A name of the module; dots reach into it, as in `Stack.of`."""
    arguments: tuple[Plain, ...] = ()
    """Plain data, or an `Expression` wherever a value may stand."""
    keywords: tuple[tuple[str, Plain], ...] = ()
    through: tuple[str, ...] = ()
    """What the answer is read through, innermost first, as `list` in `list(f(3))`: names of `views.VIEWS`,
    the first may be one of `views.INSIDE`."""

    def __str__(self) -> str:
        """The call as Python writes it."""
        parts = [repr(value) for value in self.arguments]
        parts += [f"{name}={value!r}" for name, value in self.keywords]
        text = f"{self.function}({', '.join(parts)})"
        for name in self.through:
            text = f"{name}({text})"
        return text


@dataclass(frozen=True, slots=True)
class Returns:
    """The call returns this value."""

    value: Plain
    exact: bool = True
    """Whether types have to be the same throughout; else values compare as `==` compares plain data."""
    tolerance: Tolerance | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """The call returns something that counts as true, or as false."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Raises:
    """The call raises one of these exceptions or of their subclasses."""

    exceptions: tuple[str, ...]
    """Names, built in or of the tested module, with or without dots."""
    text: str = ""
    """What the message contains."""


@dataclass(frozen=True, slots=True)
class Displays:
    """The call shows this in an interactive session, by the rules of doctest."""

    want: str
    options: int = 0
    """Flags of the doctest module, joined by or."""
    printed: bool = False
    """Whether the text that the call returns is printed, rather than shown as a value."""


Expectation: TypeAlias = Returns | Truth | Raises | Displays


@dataclass(frozen=True, slots=True)
class CallCase:
    """A call and what has to come of it."""

    name: str
    origin: Origin
    kind: Kind
    call: Call
    expectation: Expectation
    group: str = ""
    """Cases of one group share a process; those of other groups never do."""


@dataclass(frozen=True, slots=True)
class Script:
    """A test program, run apart from the tested module."""

    kind: Kind
    """DOCTEST: a docstring; ASSERT: statements; PYTEST: a test file."""
    origin: Origin
    text: str
    module: str
    """The name under which it imports the tested module; DOCTEST and ASSERT see all names of it besides."""
    options: int = 0
    """Flags of the doctest module."""


@dataclass(frozen=True, slots=True)
class ScriptCase:
    """One test of a test program."""

    name: str
    origin: Origin
    kind: Kind
    script: Script
    test: str = ""
    """The function, `Class.method` in a class; empty where the program is one test."""


@dataclass(frozen=True, slots=True)
class ProgramCase:
    """One run of the program as a whole."""

    name: str
    origin: Origin
    stdin: str
    stdout: str
    """What it has to print, but for white space at the ends of lines and of the text."""
    kind: Kind = Kind.STDIO
    tolerance: Tolerance | None = None
    """Where given, words that are numbers may be off by this much."""


Case: TypeAlias = CallCase | ScriptCase | ProgramCase


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one module. Names of cases differ."""

    cases: tuple[Case, ...]

    def __add__(self, other: "Suite") -> "Suite":
        """Both, in order; a name that comes again is numbered."""
        taken: dict[str, int] = {}
        return Suite(tuple(_numbered(case, taken) for case in (*self.cases, *other.cases)))

    def calls(self) -> tuple[CallCase, ...]:
        """The cases that are calls, in order."""
        return tuple(case for case in self.cases if isinstance(case, CallCase))


def _numbered(case: Case, taken: dict[str, int]) -> Case:
    count = taken[case.name] = taken.get(case.name, 0) + 1
    if count == 1:
        return case
    name = f"{case.name} #{count}"
    taken[name] = 1
    return replace(case, name=name)

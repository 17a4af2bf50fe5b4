"""The nouns of library generation: tasks, programs, what running them gave, candidates, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

__all__ = [
    "Candidate",
    "Defect",
    "Loaded",
    "Program",
    "Ran",
    "Refusal",
    "RunFault",
    "Sources",
    "State",
    "Task",
    "TaskStep",
]

State: TypeAlias = Any
"""What a program works on, as JSON has it: a board of 180 colours, a list, a statement that is proved."""

Cause: TypeAlias = Literal["parse", "banned", "exception", "timeout", "memory", "no answer"]


@dataclass(frozen=True, slots=True)
class TaskStep:
    """One instruction, and the state that is wanted after it."""

    instruction: str
    state: State


@dataclass(frozen=True, slots=True)
class Task:
    """What a program is wanted for: instructions one after another, each with the state that it leads to."""

    key: str
    """No other task of its file has it."""
    group: str
    """Tasks of one group are alike: drawings of one picture, lemmas of one theory."""
    start: State
    steps: tuple[TaskStep, ...]
    program: "Program | None" = None
    """A program that does it, where one is known; it is checked like any other."""
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What its file says of it beside, by name: the kind of picture, whether people agreed."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a line of a file of tasks."""

    line: int
    """Counted from 1."""
    key: str
    """The task, empty where the line does not tell."""
    what: str
    fatal: bool
    """Whether the line gave no task."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The tasks of a file, and what was wrong with it."""

    tasks: tuple[Task, ...]
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A program for a task, as text: one piece for each step; later pieces see the names of earlier ones."""

    task: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """A library as text."""

    module: str
    """The name that programs import, or that a proof requires."""
    files: Mapping[str, str]
    """Text by path, below the folder that the module is found in."""


@dataclass(frozen=True, slots=True)
class RunFault:
    """Why a program stopped early."""

    cause: Cause
    message: str
    piece: int
    """The piece that it stopped in, counted from 0."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What running a program gave."""

    states: tuple[State | None, ...]
    """The state after each step; None for those that were not reached."""
    fault: RunFault | None = None
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function (a lemma) that somebody proposes for the library."""

    name: str
    source: str
    """Its whole definition with docstring and examples, as it would stand in the library."""
    proposer: str
    """Who proposes it: `motifs`, `compression`, `stitch`, or a model by name."""
    support: tuple[str, ...]
    """Keys of the tasks that it rests on, sorted."""
    rewrites: Mapping[str, Program] = field(default_factory=lambda: MappingProxyType({}))
    """Programs that use it, by task; the tasks left out keep theirs."""
    expected_gain: int = 0
    """By how much the proposer thinks the description gets shorter, in tokens."""
    parent: str = ""
    """The function that it is meant to take the place of."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a candidate did not enter the library."""

    candidate: str
    proposer: str
    rule: str
    """The rule of the gate, by its name."""
    detail: str

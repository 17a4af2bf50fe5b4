"""Tells whether two functions in Python do the same, by having one do the work of the other."""

import ast
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from holdfast.library.adapter import Adapter
from holdfast.library.definitions import exported
from holdfast.library.records import Candidate, Program, Ran, Sources, State, Task

__all__ = ["Other", "deeds", "find_twin", "functions_with"]

_MOST_ARGUMENTS = 4
"""Of functions whose arguments are tried in other orders."""
_PROBED = 3
"""Programs that are run from other states than their task's."""
_PLAIN = frozenset({"int", "str", "float", "bool", "None"})


@dataclass(frozen=True, slots=True)
class Other:
    """A function, and in which order it takes the arguments of a candidate."""

    name: str
    order: tuple[int, ...]
    """For each of its parameters, the number of the candidate's."""


def deeds(source: str, name: str) -> int | None:
    """How much a function does: its calls, a loop counting as two; None where that cannot be told."""
    node = _function(source, name)
    if node is None:
        return None
    loops = (ast.For, ast.While, ast.comprehension)
    inside = [each for statement in node.body for each in ast.walk(statement)]
    return sum(2 if isinstance(each, loops) else 1 for each in inside if isinstance(each, (ast.Call, *loops)))


def functions_with(library: Sources, candidate: Candidate) -> list[Other]:
    """The other functions that could be called in the place of one, with each order that types allow."""
    node = _function(candidate.source, candidate.name)
    if node is None:
        return []
    wanted = _types(node)
    if len(wanted) > _MOST_ARGUMENTS:
        return []
    shown = set(exported(library)) - {candidate.name, candidate.parent}
    found: dict[str, tuple[str, ...]] = {}
    for text in library.files.values():
        for each in ast.parse(text).body:
            if isinstance(each, ast.FunctionDef) and each.name in shown and _takes(each, len(wanted)):
                found.setdefault(each.name, _types(each))
    return [
        Other(name, order)
        for name, types in sorted(found.items())
        for order in itertools.permutations(range(len(wanted)))
        if all(_could_be(wanted[at], types[place]) for place, at in enumerate(order))
    ]


async def find_twin(
    candidate: Candidate,
    others: Sequence[Other],
    programs: Sequence[Program],
    tasks: Mapping[str, Task],
    probes: Sequence[State],
    library: Sources,
    adapter: Adapter,
) -> str:
    """The name of another function that does the same wherever the candidate is used.

    `programs` call the candidate, the shortest first; the first of them are run from the probes as well.
    Empty where no function does the same. Raises InfrastructureError where they cannot be run.
    """
    # Where a call cannot be put, nothing is told apart.
    programs = [each for each in programs if _is_open(each, candidate)]
    itself = Other(candidate.name, tuple(range(len(others[0].order)) if others else ()))
    programs = [each for each in programs if _is_readable(_Trial(each, None), candidate, itself)]
    trials = [_Trial(each, tasks[each.task].start) for each in programs]
    trials[1:1] = [_Trial(each, start) for each in programs[:_PROBED] for start in probes]
    runner = _Runner(adapter, tasks, library)
    left, is_known = list(others), False
    # One trial tells most of them apart; what is left is looked at closely.
    while trials and left:
        count = 1 if not is_known else len(trials)
        part, trials = trials[:count], trials[count:]
        known = [
            (trial, ran) for trial, ran in zip(part, await runner.run(part), strict=True) if not ran.fault
        ]
        is_known |= bool(known)
        found = await runner.run([trial.with_other(candidate, each) for each in left for trial, _ in known])
        wanted = [ran for _ in left for _, ran in known]
        same = [runner.same(one, two) for one, two in zip(wanted, found, strict=True)]
        left = [each for at, each in enumerate(left) if all(same[at * len(known) : (at + 1) * len(known)])]
    return left[0].name if left and is_known else ""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A program, and the state that it is run from."""

    program: Program
    start: State

    def with_other(self, candidate: Candidate, other: Other) -> "_Trial":
        """The trial with another function in the place of a candidate."""
        calling = _Calling(candidate.name, other, _defaults(candidate))
        pieces = tuple(ast.unparse(calling.visit(ast.parse(piece))) for piece in self.program.pieces)
        return _Trial(Program(self.program.task, pieces), self.start)


def _is_readable(trial: _Trial, candidate: Candidate, itself: Other) -> bool:
    """Whether calls of a program can be exchanged: one that is nested beyond reason tells nothing."""
    try:
        trial.with_other(candidate, itself)
    except RecursionError:
        return False
    return True


class _Calling(ast.NodeTransformer):
    def __init__(self, name: str, other: Other, defaults: Sequence[ast.expr]) -> None:
        self._name = name
        self._other = other
        self._defaults = defaults

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Put the other function in, with the arguments that a call leaves to the function."""
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id == self._name):
            return node
        order = self._other.order
        missing = len(order) - len(node.args)
        given = [*node.args, *self._defaults[len(self._defaults) - missing :]]
        return ast.Call(ast.Name(self._other.name, ast.Load()), [given[at] for at in order], [])


def _is_open(program: Program, candidate: Candidate) -> bool:
    """Whether all uses of a candidate are calls in which another function can be put."""
    node = _function(candidate.source, candidate.name)
    count = len(_types(node)) if node is not None else 0
    least = count - len(_defaults(candidate))
    for each in (found for piece in program.pieces for found in ast.walk(ast.parse(piece))):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == candidate.name:
            starred = any(isinstance(arg, ast.Starred) for arg in each.args)
            if each.keywords or starred or not least <= len(each.args) <= count:
                return False
    return True


def _defaults(candidate: Candidate) -> Sequence[ast.expr]:
    node = _function(candidate.source, candidate.name)
    return [] if node is None else node.args.defaults


class _Runner:
    def __init__(self, adapter: Adapter, tasks: Mapping[str, Task], library: Sources) -> None:
        self._adapter = adapter
        self._tasks = tasks
        self._library = library

    async def run(self, trials: Sequence[_Trial]) -> list[Ran]:
        """Run each trial as a task of its own."""
        tasks: dict[str, Task] = {}
        programs: list[Program] = []
        for number, trial in enumerate(trials):
            key = f"{trial.program.task}/{number}"
            tasks[key] = replace(self._tasks[trial.program.task], key=key, start=trial.start)
            programs.append(Program(key, trial.program.pieces))
        return await self._adapter.run(programs, tasks, self._library) if programs else []

    def same(self, one: Ran, two: Ran) -> bool:
        """Whether both ran to their ends, through the same states."""
        return two.fault is None and all(
            left is not None and right is not None and self._adapter.same(left, right)
            for left, right in zip(one.states, two.states, strict=True)
        )


def _function(source: str, name: str) -> ast.FunctionDef | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return next(found, None)


def _types(node: ast.FunctionDef) -> tuple[str, ...]:
    named = [*node.args.posonlyargs, *node.args.args]
    return tuple("" if each.annotation is None else ast.unparse(each.annotation) for each in named)


def _takes(node: ast.FunctionDef, count: int) -> bool:
    """Whether a function can be called with so many arguments by place."""
    named = len(node.args.posonlyargs) + len(node.args.args)
    needed = named - len(node.args.defaults)
    hidden = any(each is None for each in node.args.kw_defaults)
    return not hidden and needed <= count <= named


def _could_be(one: str, other: str) -> bool:
    """Whether a value of one type could be meant where another is asked for, as far as their texts tell."""
    words = [set(re.findall(r"\w+", each)) for each in (one, other)]
    if not all(each and each <= _PLAIN for each in words):
        return True
    return bool(words[0] & words[1])

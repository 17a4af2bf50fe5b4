"""Why programs failed, in groups; and how a library did on some tasks, in numbers that can be compared."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.library.adapter import Adapter
from holdfast.library.records import Task
from holdfast.library.stages.questions import task_text
from holdfast.library.stages.texts import length, shown_program
from holdfast.library.stages.validation import Tested, failures

__all__ = ["Score", "clusters", "failure_text", "score"]

_FEW = 3
"""Places that differ, up to which a wrong state is nearly right."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a library did on some tasks."""

    tasks: int
    held: int
    """Tasks whose every state was right."""
    steps: int
    """States that were right, of all tasks; those of a program that stopped count until then."""
    tokens: int
    """Of the programs that hold."""

    def better_than(self, other: "Score") -> bool:
        """Whether more tasks hold, or as many and more steps, or as many and shorter programs."""
        return (self.held, self.steps, -self.tokens) > (other.held, other.steps, -other.tokens)

    def worse_than(self, other: "Score") -> bool:
        """Whether the other is better."""
        return other.better_than(self)


def failure_text(adapter: Adapter, tested: Tested, task: Task) -> str:
    """A failed program of a training task, and what was wrong with it."""
    code = "" if tested.program is None else f"\n\n```python\n{shown_program(tested.program)}\n```"
    return task_text(task) + code + f"\n\n{_told(adapter, tested, task)}"


def _told(adapter: Adapter, tested: Tested, task: Task) -> str:
    if tested.ran.fault is not None:
        fault = tested.ran.fault
        return f"Step {fault.piece + 1} stopped ({fault.cause}): {fault.message}"
    for number, (state, step) in enumerate(zip(tested.ran.states, task.steps, strict=False), 1):
        if state is None or not adapter.same(state, step.state):
            missing, extra = _difference(adapter, state, step.state)
            return f"Step {number} left a wrong state: {missing} parts are missing, {extra} are too many"
    return "It did not reach all steps"


def _difference(adapter: Adapter, got: object, wanted: object) -> tuple[int, int]:
    there = frozenset() if got is None else adapter.parts(got)
    should = adapter.parts(wanted)
    return len(should - there), len(there - should)


def clusters(
    adapter: Adapter, tried: Sequence[Tested], tasks: Mapping[str, Task]
) -> dict[str, tuple[str, ...]]:
    """The tasks that failed by cause, the most frequent first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, each in failures(tried).items():
        found[_cause(adapter, each, tasks[key])].append(key)
    return {
        cause: tuple(keys) for cause, keys in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    }


def _cause(adapter: Adapter, tested: Tested, task: Task) -> str:
    if tested.program is None:
        return "no program"
    if tested.ran.fault is not None:
        return tested.ran.fault.cause
    for state, step in zip(tested.ran.states, task.steps, strict=False):
        if state is None or not adapter.same(state, step.state):
            wrong = sum(_difference(adapter, state, step.state))
            return "nearly right" if wrong <= _FEW else "wrong state"
    return "no answer"


def score(adapter: Adapter, tried: Sequence[Tested], tasks: Mapping[str, Task]) -> Score:
    """How programs did."""
    counts = Counter[str]()
    for each in tried:
        task = tasks[each.task]
        counts["held"] += each.held
        counts["steps"] += sum(
            state is not None and adapter.same(state, step.state)
            for state, step in zip(each.ran.states, task.steps, strict=False)
        )
        if each.held and each.program is not None:
            counts["tokens"] += length(adapter, each.program)
    return Score(len(tried), counts["held"], counts["steps"], counts["tokens"])

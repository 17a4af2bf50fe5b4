"""How programs for validation tasks did: right states, and how good they are to read."""

import ast
from collections.abc import Mapping, Sequence
from statistics import median

from holdfast.library.adapter import Adapter
from holdfast.library.arms import Comparison, Outcome, compare, pairs
from holdfast.library.calls import called
from holdfast.library.metrics import Level, score, subsets, summarize
from holdfast.library.plain import to_plain
from holdfast.library.records import Program, Task
from holdfast.library.stages.failing import clusters
from holdfast.library.stages.texts import length
from holdfast.library.stages.validation import Arm, Tested

__all__ = ["LEVELS", "comparisons", "complexity", "scored", "usability"]

LEVELS: tuple[Level, ...] = ("step", "procedure")
_BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.comprehension, ast.BoolOp)


def scored(adapter: Adapter, tasks: Sequence[Task], tested: Sequence[Tested], seed: int) -> dict[str, object]:
    """All figures of one arm, by subset of the tasks; a task without a program stays in every denominator."""
    by_key = {task.key: task for task in tasks}
    found = {each.task: score(adapter, by_key[each.task], each.ran) for each in tested}
    sets = {
        name: {
            level: to_plain(summarize([found[key] for key in keys if key in found], level, seed=seed))
            for level in LEVELS
        }
        for name, keys in subsets(tasks).items()
    }
    return {
        "tasks": len(tested),
        "exact_tasks": sum(each.held for each in tested),
        "failures": {cause: list(keys) for cause, keys in clusters(adapter, tested, by_key).items()},
        "sets": sets,
    }


def comparisons(
    adapter: Adapter, tasks: Sequence[Task], arms: Mapping[str, Sequence[Tested]], seed: int
) -> tuple[Comparison, ...]:
    """Pairs of libraries, task by task."""
    by_key = {task.key: task for task in tasks}
    outcomes = {
        name: {each.task: _outcome(adapter, by_key[each.task], each) for each in tested}
        for name, tested in arms.items()
    }
    return tuple(
        compare((first, second), outcomes[first], outcomes[second], seed=seed)
        for first, second in pairs(tuple(arms))
    )


def _outcome(adapter: Adapter, task: Task, tested: Tested) -> Outcome:
    tokens = 0 if tested.program is None else length(adapter, tested.program)
    return Outcome(score(adapter, task, tested.ran), tested.held, tokens)


def usability(adapter: Adapter, arm: Arm, tested: Sequence[Tested]) -> dict[str, object]:
    """How programs that hold look, on average; which of them call each function; what all tasks took."""
    held = [(each.task, each.program) for each in tested if each.held and each.program is not None]
    names = [each.name for each in arm.accepted]
    reuse = {name: [key for key, program in held if called(program, [name])] for name in names}
    tokens = sum(length(adapter, program) for _, program in held)
    count = max(len(held), 1)
    return {
        "programs": len(held),
        "tokens": tokens,
        "tokens_per_program": tokens / count,
        "lines_per_program": sum(_lines(program) for _, program in held) / count,
        "complexity_per_program": sum(complexity(program) for _, program in held) / count,
        "functions": len(names),
        "functions_used": sum(bool(keys) for keys in reuse.values()),
        "reuse": {name: len(keys) for name, keys in reuse.items()},
        "reuse_table": reuse,
        "library_tokens": sum(adapter.cost(text) for text in arm.library.files.values()),
        "prompt_library_tokens": adapter.cost(arm.text),
        "spent": _spent(tested),
    }


def _spent(tested: Sequence[Tested]) -> dict[str, object]:
    """Of all tasks, those that did not hold with them."""
    spent = [each.spent for each in tested]
    waits = [each.valid_after_s for each in spent if each.valid_after_s is not None]
    return {
        "calls": sum(each.calls for each in spent),
        "prompt_tokens": sum(each.prompt_tokens for each in spent),
        "completion_tokens": sum(each.completion_tokens for each in spent),
        "cost": sum(each.cost for each in spent),
        "executions": sum(each.executions for each in spent),
        "cpu_s": sum(each.cpu_s for each in spent),
        "valid_after_s_median": median(waits) if waits else None,
    }


def complexity(program: Program) -> int:
    """The cyclomatic number of its text: one and a branch more for each decision; 0 where it is no Python."""
    try:
        tree = ast.parse("\n".join(program.pieces))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    return 1 + sum(isinstance(node, _BRANCHES) for node in ast.walk(tree))


def _lines(program: Program) -> int:
    return sum(bool(line.strip()) for piece in program.pieces for line in piece.splitlines())

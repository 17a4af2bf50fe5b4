"""How programs for validation tasks did: right states, and how good they are to read."""

import ast
from collections import Counter
from collections.abc import Sequence

from holdfast.library.adapter import Adapter
from holdfast.library.metrics import Level, score, subsets, summarize
from holdfast.library.plain import to_plain
from holdfast.library.records import Program, Task
from holdfast.library.stages.failing import clusters
from holdfast.library.stages.texts import called, length
from holdfast.library.stages.validation import Tested

__all__ = ["LEVELS", "complexity", "scored", "usability"]

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


def usability(adapter: Adapter, tested: Sequence[Tested], functions: Sequence[str]) -> dict[str, object]:
    """How programs that hold look, on average, and how many of them call each function."""
    held = [each.program for each in tested if each.held and each.program is not None]
    used = Counter(name for program in held for name in called(program, functions))
    count = max(len(held), 1)
    return {
        "programs": len(held),
        "tokens": sum(length(adapter, each) for each in held),
        "tokens_per_program": sum(length(adapter, each) for each in held) / count,
        "lines_per_program": sum(map(_lines, held)) / count,
        "complexity_per_program": sum(map(complexity, held)) / count,
        "functions_used": len(used),
        "reuse": {name: used[name] for name in functions},
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

"""How programs for validation tasks did: right states, and how good they are to read."""

import ast
from collections import Counter
from collections.abc import Sequence

from holdfast.library.adapter import Adapter
from holdfast.library.records import Program, Task
from holdfast.library.stages.failing import clusters, score
from holdfast.library.stages.texts import called, length
from holdfast.library.stages.validation import Tested

__all__ = ["complexity", "scored", "usability"]

_BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.comprehension, ast.BoolOp)


def scored(adapter: Adapter, tasks: Sequence[Task], tested: Sequence[Tested]) -> dict[str, object]:
    """Counts and shares of one arm; a task whose program stopped stays in every denominator."""
    by_key = {task.key: task for task in tasks}
    figures = score(adapter, tested, by_key)
    steps = sum(len(task.steps) for task in tasks)
    return {
        "tasks": len(tested),
        "valid": sum(each.ran.fault is None for each in tested),
        "exact_tasks": figures.held,
        "steps": steps,
        "exact_steps": figures.steps,
        "failures": {cause: list(keys) for cause, keys in clusters(adapter, tested, by_key).items()},
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

"""Programs as text: how long they are, which functions they call, and how answers hold them."""

import ast
import re

from holdfast.library.adapter import Adapter
from holdfast.library.records import Program
from holdfast.pipelines.dataset.asking import Unusable

__all__ = ["fenced", "length", "read_definition", "read_program", "shown_program"]

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)^[ \t]*\1[ \t]*$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^[ \t]*#[ \t]*step[ \t]+(\d{1,4})\b[^\n]*\n?", re.MULTILINE | re.IGNORECASE)


def length(adapter: Adapter, program: Program) -> int:
    """In tokens of its language."""
    return adapter.cost("\n".join(program.pieces))


def shown_program(program: Program) -> str:
    """A program for people and models, each step marked."""
    return "\n".join(f"# step {number}\n{piece.rstrip()}" for number, piece in enumerate(program.pieces, 1))


def fenced(answer: str) -> tuple[str, ...]:
    """All fenced blocks of an answer, in order. Raises Unusable where there is none, or one is open."""
    blocks = tuple(match[2] for match in _FENCE.finditer(answer))
    if not blocks:
        raise Unusable("there is no fenced block of code in it that is closed")
    return blocks


def read_program(task: str, code: str, steps: int) -> Program:
    """A program of so many steps whose pieces are marked with `# step K`. Raises Unusable."""
    marks = list(_STEP.finditer(code))
    if code[: marks[0].start()].strip() if marks else code.strip() and steps != 1:
        raise Unusable("code stands before the first `# step` line: it belongs to a step")
    if not marks and steps == 1:
        return Program(task, (code.strip("\n"),))
    numbers = [int(each[1]) for each in marks]
    if numbers != list(range(1, steps + 1)):
        raise Unusable(f"its steps are {numbers[:20]}, and should be 1 to {steps}, each once")
    ends = [*(each.start() for each in marks[1:]), len(code)]
    pieces = tuple(code[mark.end() : end].strip("\n") for mark, end in zip(marks, ends, strict=True))
    return Program(task, pieces)


def read_definition(answer: str, name: str) -> str:
    """The definition of a name that an answer holds, decorators and all; every fence is read.

    Imports beside it are left out. Raises Unusable where it defines nothing, several things, or something
    else.
    """
    code = "\n\n".join(block.strip("\n") for block in fenced(answer))
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unusable(f"it is not Python ({type(error).__name__}: {error})") from error
    found = [each for each in body if not isinstance(each, ast.Import | ast.ImportFrom)]
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names = [each.name if isinstance(each, kinds) else "a statement" for each in found]
    if names != [name]:
        raise Unusable(f"it should define {name} and nothing else, and has {', '.join(names) or 'nothing'}")
    definition = found[0]
    assert isinstance(definition, kinds)
    lines = code.splitlines()
    first = min([definition.lineno, *(each.lineno for each in definition.decorator_list)])
    return "\n".join(lines[first - 1 : definition.end_lineno]) + "\n"

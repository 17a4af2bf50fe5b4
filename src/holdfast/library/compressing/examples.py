"""Finds an example for a function in the programs that use it, and what it prints in the sandbox."""

import ast
import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from holdfast.library.compressing.liveness import free_names, stored_names
from holdfast.library.records import Program, Sources
from holdfast.library.running import Shown

__all__ = ["Showing", "as_doctest", "find_example", "uses"]

_TRIED = 6
"""Uses that are run before a function goes without an example."""
_LONGEST = 600
"""Characters that an example may print."""


class Showing(Protocol):
    """A domain that runs examples."""

    def example(self, statements: Sequence[str]) -> Sequence[str]:
        """Statements as examples, so that what the last of them gives or does is printed."""
        ...

    async def show(self, examples: Sequence[str], library: Sources) -> Shown:
        """What examples print, one after another."""
        ...


async def find_example(
    name: str, programs: Iterable[Program], library: Sources, domain: Showing
) -> Sequence[str] | None:
    """Lines of a doctest for a function of the library; None where no use of it stands by itself.

    Raises InfrastructureError where the sandbox fails.
    """
    found = {tuple(statements) for program in programs for statements in uses(program, name)}
    for statements in sorted(found, key=lambda each: (sum(map(len, each)), each))[:_TRIED]:
        examples = domain.example(statements)
        shown = await domain.show(examples, library)
        if shown.fault is None and _is_telling(name, examples, shown.printed):
            return [
                line
                for example, printed in zip(examples, shown.printed, strict=True)
                for line in as_doctest(example, printed)
            ]
    return None


def uses(program: Program, name: str) -> Iterator[list[str]]:
    """For each call of a function, the statements that it needs before it, and the call last."""
    try:
        statements = [each for piece in program.pieces for each in ast.parse(piece).body]
        yield from _uses(statements, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _uses(statements: Sequence[ast.stmt], name: str) -> Iterator[list[str]]:
    for at, statement in enumerate(statements):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                needed = _needed(node, statements[:at])
                yield [*map(ast.unparse, needed), ast.unparse(node)]


def as_doctest(example: str, printed: str) -> list[str]:
    """An example with what it prints, as lines of a doctest."""
    first, *more = example.strip("\n").splitlines()
    return [f">>> {first}", *(f"... {line}" for line in more), *printed.rstrip("\n").splitlines()]


def _needed(call: ast.Call, before: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Those of the statements before a call that give values to what it reads."""
    wanted = set(free_names(call))
    kept: list[ast.stmt] = []
    for statement in reversed(before):
        stored = set(stored_names([statement]))
        if stored & wanted and not isinstance(statement, ast.Import | ast.ImportFrom):
            kept.append(copy.deepcopy(statement))
            if isinstance(statement, ast.Assign):
                wanted -= stored
            wanted |= free_names(statement)
    return kept[::-1]


def _is_telling(name: str, examples: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether what is printed can be compared: it is short, has no empty line, and is no exception."""
    text = "".join(printed)
    called = any(name in example and shown.strip() for example, shown in zip(examples, printed, strict=True))
    lines = text.rstrip("\n").splitlines()
    plain = len(text) <= _LONGEST and " at 0x" not in text and all(line.strip() for line in lines)
    return called and plain and not any("Error:" in line for line in lines)

"""Asks about theorems that cannot be named from outside: in functors, in module types, in sections (`Let`).

The question stands in a copy of the file, right behind the proof, and the answer goes to a file of its own;
the text was scanned before, so nothing else in it writes files.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Rejected
from holdfast.checkers.rocq.audit_probe import Assumption, parse_assumptions
from holdfast.checkers.rocq.audit_task import Notes, Task
from holdfast.checkers.rocq.audit_theorems import Target
from holdfast.core.errors import CheckerError

__all__ = ["ask_inside"]


async def ask_inside(
    task: Task, notes: Notes, targets: Sequence[Target], folder: Path
) -> dict[str, tuple[Assumption, ...]]:
    """What each theorem rests on, by its path; names are as printed at that place of the file."""
    if not targets:
        return {}
    text = _with_questions(task, targets)
    built = await task.compiler.build(text, task.library, folder)
    notes.cpu_s += built.cpu_s
    if isinstance(built, Rejected):
        raise CheckerError(f"Rocq did not say what theorems inside modules rest on: {built.message}")
    files = [built.folder / f"inside{number}.out" for number in range(len(targets))]
    answers = await asyncio.to_thread(_read, files)
    return {target.path: parse_assumptions(answer) for target, answer in zip(targets, answers, strict=True)}


def _with_questions(task: Task, targets: Sequence[Target]) -> str:
    text = task.document.source.text
    numbered = sorted(enumerate(targets), key=lambda pair: pair[1].theorem.end or 0, reverse=True)
    for number, target in numbered:
        end = task.document.sentences[target.theorem.end or 0].end
        name = target.path.rpartition(".")[2]
        text = f'{text[:end]} Redirect "inside{number}" Print Assumptions {name}.{text[end:]}'
    return text


def _read(files: Sequence[Path]) -> list[str]:
    return [file.read_text(encoding="utf-8", errors="replace") for file in files]

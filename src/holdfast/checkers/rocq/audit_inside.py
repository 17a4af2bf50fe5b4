"""Asks about theorems that cannot be named from outside: in functors, in module types, in sections (`Let`).

The questions stand in a copy of the file, right behind the proofs, and each answer goes to a file of its own;
the text was scanned before, so nothing else in it writes files.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast.checkers.rocq.audit_build import Rejected
from holdfast.checkers.rocq.audit_probe import Assumption, Probe, parse_assumptions, parse_located
from holdfast.checkers.rocq.audit_task import Notes, Task
from holdfast.checkers.rocq.audit_theorems import Target
from holdfast.checkers.rocq.sandboxed import read_output
from holdfast.core.errors import CheckerError

__all__ = ["ask_inside"]


@dataclass(frozen=True, slots=True)
class _Question:
    """A command to run behind the proof of a theorem."""

    target: Target
    text: str


async def ask_inside(
    task: Task, notes: Notes, probe: Probe, targets: Sequence[Target], folder: Path
) -> dict[str, tuple[Assumption, ...]]:
    """What each theorem rests on, by its path; names are fully qualified.

    What a parameter of a functor around the theorem brings is a hypothesis, and left out.
    """
    if not targets:
        return {}
    questions = [_Question(item, f"Print Assumptions {item.path.rpartition('.')[2]}.") for item in targets]
    answers = await _ask(task, notes, questions, folder / "assumptions")
    found = {item.path: parse_assumptions(said) for item, said in zip(targets, answers, strict=True)}
    pairs = [(item, rest) for item in targets for rest in found[item.path] if rest.name != "?"]
    if not pairs:
        return found
    questions = [_Question(item, f"Locate Term {rest.name}.") for item, rest in pairs]
    places = await _ask(task, notes, questions, folder / "places")
    roots = {name.partition(".")[0] for name in await probe.libraries()}
    names = {
        (item.path, rest.name): parse_located(said) for (item, rest), said in zip(pairs, places, strict=True)
    }
    return {
        item.path: tuple(
            replace(rest, name=names.get((item.path, rest.name)) or rest.name)
            for rest in found[item.path]
            if not _is_parameter(names.get((item.path, rest.name)), item, roots)
        )
        for item in targets
    }


def _is_parameter(name: str | None, target: Target, roots: set[str]) -> bool:
    """Whether a name belongs to a parameter of a functor around the theorem, and can belong to no library."""
    first = (name or "").partition(".")[0]
    return first in target.parameters and first not in roots


async def _ask(task: Task, notes: Notes, questions: Sequence[_Question], folder: Path) -> list[str]:
    """The answer to each question."""
    text = task.document.source.text
    ends = [task.document.sentences[question.target.theorem.end or 0].end for question in questions]
    for number, question in sorted(enumerate(questions), key=lambda pair: -ends[pair[0]]):
        end = ends[number]
        text = f'{text[:end]} Redirect "answer{number}" {question.text}{text[end:]}'
    built = await task.compiler.build(text, task.library, folder)
    notes.cpu_s += built.cpu_s
    if isinstance(built, Rejected):
        raise CheckerError(f"Rocq did not say what theorems inside modules rest on: {built.message}")
    files = [built.folder / f"answer{number}.out" for number in range(len(questions))]
    return await asyncio.to_thread(_read, files)


def _read(files: Sequence[Path]) -> list[str]:
    texts = [read_output(file) for file in files]
    found = [text for text in texts if text is not None]
    if len(found) != len(texts):
        raise CheckerError("Rocq did not write down what theorems inside modules rest on")
    return found

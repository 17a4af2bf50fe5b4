"""Stage 4: documentation and the words that models are given, read off the code and off programs that hold.

A lint proves what is written: each name that is documented is in the code, each function has examples that
ran, and each program that is shown leads to the wanted states in the library as it stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.library.adapter import Adapter
from holdfast.library.calls import called
from holdfast.library.holding import held
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Program, Sources, Task
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.guide import entries, guide
from holdfast.library.stages.questions import task_text
from holdfast.library.stages.stepping import EachRow, Stages, digest, sole
from holdfast.library.stages.texts import length, shown_program
from holdfast.pipelines.steps import Handled, Row

__all__ = ["Documented", "Fault", "document"]

_SNIPPETS = 5
"""Programs that are shown, at most."""
_HEADING = re.compile(r"^## `([^`]+)`$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is documented and does not hold."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Documented:
    """The texts of a library."""

    api: str
    """Every public name, as Markdown."""
    system_prompt: str
    """What a model is told that writes programs with it: the same, and programs that hold."""
    shown: tuple[str, ...]
    """The tasks of the programs that are shown."""
    faults: tuple[Fault, ...]
    """What the lint found."""


async def document(
    stages: Stages, grown: Grown, known: Known, stage: int = 4, name: str = "documented"
) -> Documented:
    """Write and check the texts of a library. Raises as `Stages.step`."""
    told = {"grown": digest(to_plain(grown)), "tasks": known.mark}

    async def handle(row: Row) -> Handled:
        found = await _document(stages.adapter, grown, known.tasks)
        return Handled(row.key, rows=(Row(row.key, to_plain(found)),))

    output = await stages.step(stage, EachRow(name, told, handle), [Row("library", {})])
    return from_plain(Documented, sole(output))


async def _document(adapter: Adapter, grown: Grown, tasks: Mapping[str, Task]) -> Documented:
    api = guide(grown.library)
    shown = _examples(adapter, grown)
    parts = [
        f"## A program\n\n{task_text(tasks[each.task])}\n\n```python\n{shown_program(each)}\n```"
        for each in shown
    ]
    prompt = "\n\n".join([api.rstrip(), *parts]) + "\n"
    faults = [*_unknown_names(api, grown.library), *await _examples_that_fail(adapter, grown)]
    good = await held(adapter, shown, tasks, grown.library)
    faults += [Fault(each.task, "its program does not hold") for each in shown if each.task not in good]
    return Documented(api, prompt, tuple(each.task for each in shown), tuple(faults))


def _examples(adapter: Adapter, grown: Grown) -> tuple[Program, ...]:
    """Short programs that call as many of the functions as they can, each one something new."""
    names = [each.name for each in grown.accepted]
    using = {key: called(each, names) for key, each in grown.programs.items()}
    left, chosen = set(names), list[Program]()
    while len(chosen) < _SNIPPETS:
        ranked = sorted(
            (key for key, used in using.items() if used & left),
            key=lambda key: (-len(using[key] & left), length(adapter, grown.programs[key]), key),
        )
        if not ranked:
            break
        chosen.append(grown.programs[ranked[0]])
        left -= using[ranked[0]]
    return tuple(chosen)


def _unknown_names(api: str, library: Sources) -> list[Fault]:
    there = {each.name for each in entries(library)}
    files = set(library.files)
    return [
        Fault(name, "it is documented and is not in the code")
        for name in _HEADING.findall(api)
        if name not in there | files
    ]


async def _examples_that_fail(adapter: Adapter, grown: Grown) -> list[Fault]:
    """Functions that do not get into the foundation again, one after the other, with what they say."""
    library, faults = adapter.foundation(), []
    for each in grown.accepted:
        library, refusal = await adapter.admit(each, library)
        if refusal is not None:
            faults.append(Fault(each.name, f"{refusal.rule}: {refusal.detail}"))
    return faults

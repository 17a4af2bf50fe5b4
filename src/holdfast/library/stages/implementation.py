"""Stage 3 with a model: each function that was proposed is written, and used, before the gate sees it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from holdfast.library.adapter import Adapter
from holdfast.library.calls import called
from holdfast.library.holding import held
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Refusal, State, Task
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.guide import guide
from holdfast.library.stages.ideas import Idea, Instruction, instructions_of
from holdfast.library.stages.questions import (
    load_question,
    numbered_instructions,
    pictures_text,
    seen_of,
    task_text,
)
from holdfast.library.stages.stepping import EachRow, Stages, rows_of
from holdfast.library.stages.texts import fenced, length, read_definition, read_program, shown_program
from holdfast.pipelines.dataset.asking import Asker, Unusable
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.steps import Handled, Row

__all__ = ["USE", "WRITE", "Written", "write"]

WRITE, USE = "write.v1", "use.v1"
_TASK = re.compile(r"^[ \t]*#[ \t]*task[ \t]+(\d{1,4})\b[^\n]*\n?", re.MULTILINE | re.IGNORECASE)
_SHOWN = 20
"""Instructions that are shown for one function."""
_PICTURES = 4
"""Tasks of them that are shown as pictures, where pictures are shown."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the functions that were to be written."""

    candidates: tuple[Candidate, ...]
    """Those that run, in the order of the ideas."""
    refusals: tuple[Refusal, ...]
    """Those that were not written, or do not run."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """What writing one function rests on."""

    stages: Stages
    asker: Asker
    adapter: Adapter
    known: Known
    about: str
    write: Prompt
    use: Prompt
    uses: int


async def write(
    stages: Stages, ideas: Sequence[Idea], known: Known, stage: int = 3, name: str = "written"
) -> Written:
    """Write each of the ideas with its examples, and programs that use it. Raises as `Stages.step`."""
    asker = stages.asker
    if asker is None or not ideas:
        return Written((), ())
    ask, use = (load_question(each, stages.settings) for each in (WRITE, USE))
    writing = _Writing(
        stages, asker, stages.adapter, known, guide(known.library), ask, use, stages.settings.uses
    )
    told = {
        "model": asker.identity,
        "prompts": [ask.digest, use.digest],
        "known": known.digest(),
        "uses": stages.settings.uses,
    }
    rows = [Row(each.name, {"idea": to_plain(each)}) for each in ideas]
    output = await stages.step(stage, EachRow(name, told, partial(_write, writing)), rows)
    found = {row.key: from_plain(Candidate, row.data) for row in rows_of(output)}
    refusals = tuple(
        Refusal(each["key"], asker.name, each["reason"], each["detail"]) for each in output.lost()
    )
    return Written(tuple(found[row.key] for row in rows if row.key in found), refusals)


async def _write(writing: _Writing, row: Row) -> Handled:
    idea = from_plain(Idea, row.data["idea"])
    tasks = [writing.known.tasks[key] for key in idea.tasks if key in writing.known.tasks]
    wanted = [each for each in instructions_of(tasks) if each.key in idea.support][:_SHOWN]
    values = {
        "name": idea.name,
        "signature": idea.signature,
        "purpose": idea.purpose,
        "module": writing.known.library.module,
        "library": writing.about,
        "instructions": numbered_instructions(wanted),
    }
    seen = seen_of(wanted, _PICTURES)
    images = writing.stages.pictures(_state_after(writing.known, each) for _, each in seen)
    if images:
        values["instructions"] += pictures_text([number for number, _ in seen])
    reader = partial(read_definition, name=idea.name)
    asked = await writing.asker.ask("implementation", writing.write, values, reader, images=images)
    if asked.value is None:
        return Handled(row.key, dropped="writes", detail=asked.problem, measures=asked.measures)
    candidate = Candidate(idea.name, asked.value, writing.asker.name, idea.tasks)
    library, refusal = await writing.adapter.admit(candidate, writing.known.library)
    if refusal is not None:
        return Handled(row.key, dropped=refusal.rule, detail=refusal.detail, measures=asked.measures)
    used, measures = await _use(writing, candidate, tasks[: writing.uses])
    good = await held(writing.adapter, used.values(), writing.known.tasks, library)
    rewrites = {key: each for key, each in good.items() if called(each, [idea.name])}
    candidate = replace(candidate, rewrites=rewrites, expected_gain=_gain(writing, candidate, rewrites))
    both = {key: asked.measures.get(key, 0) + measures.get(key, 0) for key in {*asked.measures, *measures}}
    return Handled(row.key, rows=(Row(row.key, to_plain(candidate)),), measures=both)


def _state_after(known: Known, instruction: Instruction) -> State:
    step = int(instruction.key.rpartition("#")[2])
    return known.tasks[instruction.task].steps[step - 1].state


async def _use(
    writing: _Writing, candidate: Candidate, tasks: Sequence[Task]
) -> tuple[dict[str, Program], Mapping[str, float]]:
    """Programs that a model writes with a function; none where its answer cannot be used."""
    shown = [_shown(number, each, writing.known) for number, each in enumerate(tasks, 1)]
    values = {
        "source": candidate.source.rstrip(),
        "module": writing.known.library.module,
        "library": writing.about,
        "tasks": "\n\n".join(shown),
    }
    asked = await writing.asker.ask("implementation", writing.use, values, partial(_read_uses, tasks=tasks))
    return asked.value or {}, asked.measures


def _shown(number: int, task: Task, known: Known) -> str:
    text = f"## Task {number}\n\n{task_text(task)}"
    program = known.programs.get(task.key)
    return text if program is None else f"{text}\n\n```python\n{shown_program(program)}\n```"


def _read_uses(answer: str, tasks: Sequence[Task]) -> dict[str, Program]:
    found: dict[str, Program] = {}
    for block in fenced(answer):
        mark = _TASK.search(block)
        number = 0 if mark is None else int(mark[1])
        if mark is None or not 1 <= number <= len(tasks):
            raise Unusable(f"each block begins with `# task N`, N from 1 to {len(tasks)}")
        task = tasks[number - 1]
        found[task.key] = read_program(task.key, block[mark.end() :], len(task.steps))
    return found


def _gain(writing: _Writing, candidate: Candidate, rewrites: Mapping[str, Program]) -> int:
    """By how much programs get shorter, less what the function takes."""
    programs = writing.known.programs
    saved = sum(
        length(writing.adapter, programs[key]) - length(writing.adapter, each)
        for key, each in rewrites.items()
        if key in programs
    )
    return saved - writing.adapter.cost(candidate.source)

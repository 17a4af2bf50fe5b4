"""Stage 5: programs for tasks that nothing was learned from, run and kept for scoring.

With a model they are written from the instructions alone: understanding. Without one the proposers write
them from the wanted states: reproduction, which says how much shorter programs get and nothing of
understanding. Nothing of what is wanted is in any question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from holdfast.library.adapter import Proposer
from holdfast.library.holding import holds
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Ran, RunFault, Sources, Task
from holdfast.library.stages.questions import load_question, task_text
from holdfast.library.stages.stepping import EachRow, Stages, digest, rows_of
from holdfast.library.stages.texts import fenced, read_program
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.steps import Handled, Row

__all__ = ["SOLVE", "Arm", "Kind", "Tested", "failures", "kind_of", "try_tasks"]

SOLVE = "solve.v1"
Kind: TypeAlias = Literal["understanding", "reproduction"]


@dataclass(frozen=True, slots=True)
class Arm:
    """A library that tasks are tried with."""

    name: str
    library: Sources
    accepted: tuple[Candidate, ...]
    text: str
    """What a model is told of it."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One task, tried once."""

    task: str
    program: Program | None
    """None where nothing was written that can be read."""
    ran: Ran
    held: bool
    """Whether every state is the one that is wanted."""
    problem: str = ""
    """Why there is no program."""


async def try_tasks(
    stages: Stages, arm: Arm, tasks: Sequence[Task], stage: int, name: str
) -> tuple[Tested, ...]:
    """Write a program for each task with a library, and run it. Raises as `Stages.step`."""
    known: dict[str, object] = {
        "arm": digest([to_plain(arm.library), to_plain(arm.accepted), arm.text]),
        "proposers": [each.name for each in stages.proposers],
    }
    prompt = None
    if stages.asker is not None:
        prompt = load_question(SOLVE, stages.settings)
        known |= {"model": stages.asker.identity, "prompt": prompt.digest}
    rows = [Row(task.key, {"task": to_plain(task)}) for task in tasks]
    # A start that all tasks have in common says nothing.
    starts = {digest(task.start) for task in tasks}
    handle = partial(_try, stages, prompt, arm, see_start=len(starts) > 1)
    found = rows_of(await stages.step(stage, EachRow(name, known, handle), rows))
    return tuple(from_plain(Tested, row.data) for row in found)


async def _try(stages: Stages, prompt: Prompt | None, arm: Arm, row: Row, *, see_start: bool) -> Handled:
    adapter, asker = stages.adapter, stages.asker
    task = from_plain(Task, row.data["task"])
    program: Program | None
    problem, measures = "", dict[str, float]()
    if asker is not None and prompt is not None:
        values = {"guide": arm.text, "module": arm.library.module, "task": task_text(task)}
        images = stages.pictures([task.start] if see_start else [])
        if images:
            values["task"] += "\n\nThe picture shows what there is before the first instruction."
        reader = partial(_read, task=task)
        asked = await asker.ask("validation", prompt, values, reader, images=images)
        program, problem, measures = asked.value, asked.problem, dict(asked.measures)
    else:
        program = _reproduced(stages.proposers, arm.accepted, task)
        problem = "" if program is not None else "no proposer writes a program for it"
    if program is None:
        ran = Ran((None,) * len(task.steps), RunFault("no answer", problem, 0))
    else:
        (ran,) = await adapter.run([program], {task.key: task}, arm.library)
    tested = Tested(task.key, program, ran, holds(adapter, task, ran), problem)
    return Handled(row.key, rows=(Row(row.key, to_plain(tested)),), measures=measures)


def _read(answer: str, task: Task) -> Program:
    blocks = fenced(answer)
    if len(blocks) == len(task.steps) > 1 and not any("# step" in block.lower() for block in blocks):
        return Program(task.key, tuple(block.strip("\n") for block in blocks))
    return read_program(task.key, "\n".join(blocks), len(task.steps))


def _reproduced(proposers: Sequence[Proposer], accepted: Sequence[Candidate], task: Task) -> Program | None:
    programs = {} if task.program is None else {task.key: task.program}
    for proposer in proposers:
        programs |= proposer.rewritten(accepted, [task], dict(programs))
    return programs.get(task.key)


def kind_of(stages: Stages) -> Kind:
    """What results of these stages say."""
    return "reproduction" if stages.asker is None else "understanding"


def failures(tested: Sequence[Tested]) -> Mapping[str, Tested]:
    """Those that do not hold, by task."""
    return {each.task: each for each in tested if not each.held}

"""Stage 5: programs for tasks that nothing was learned from, run and kept for scoring.

With a model they are written from the instructions alone: understanding. Without one the proposers write
them from the wanted states: reproduction, which says how much shorter programs get and nothing of
understanding. Nothing of what is wanted is in any question.

All libraries are tried at the same budget: so many attempts at a task and, where that is said, so many tokens
for all of them. Another attempt is made only where a program stopped with a fault, of which it is told.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, TypeAlias

from holdfast.library.adapter import Proposer
from holdfast.library.holding import holds
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Ran, RunFault, Sources, Task
from holdfast.library.stages.questions import load_question, task_text
from holdfast.library.stages.stepping import EachRow, Handle, Stages, digest, rows_of
from holdfast.library.stages.texts import fenced, read_program, shown_program
from holdfast.pipelines.dataset.asking import CALLS, Asker
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.steps import Handled, Row

__all__ = ["SOLVE", "Arm", "Kind", "Spent", "Tested", "budget", "failures", "kind_of", "try_tasks"]

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
class Spent:
    """What one task took with one library, all attempts at it."""

    calls: int = 0
    """Answers of a model."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    """Of these answers, as far as they have prices."""
    executions: int = 0
    """Programs that were run."""
    cpu_s: float = 0.0
    """Of these runs."""
    valid_after_s: float | None = None
    """Seconds from the first question to a program that ran to its end; None where none did. Kept answers
    take none."""


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
    spent: Spent = field(default_factory=Spent)


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
        known |= {"attempts": stages.settings.attempts, "task_tokens": stages.settings.task_tokens}
    rows = [Row(task.key, {"task": to_plain(task)}) for task in tasks]
    # A start that all tasks have in common says nothing.
    starts = {digest(task.start) for task in tasks}
    handle = _reproduce(stages, arm)
    if stages.asker is not None and prompt is not None:
        handle = _Writer(stages, stages.asker, prompt, arm, see_start=len(starts) > 1).handle
    found = rows_of(await stages.step(stage, EachRow(name, known, handle, version=2), rows))
    return tuple(from_plain(Tested, row.data) for row in found)


def _reproduce(stages: Stages, arm: Arm) -> Handle:
    async def handle(row: Row) -> Handled:
        task = from_plain(Task, row.data["task"])
        program = _reproduced(stages.proposers, arm.accepted, task)
        if program is None:
            tested = _without(task, "no proposer writes a program for it", Spent())
        else:
            (ran,) = await stages.adapter.run([program], {task.key: task}, arm.library)
            spent = Spent(executions=1, cpu_s=ran.cpu_s)
            tested = Tested(task.key, program, ran, holds(stages.adapter, task, ran), "", spent)
        return Handled(row.key, rows=(Row(row.key, to_plain(tested)),))

    return handle


class _Writer:
    """Has a model write programs with one library."""

    def __init__(self, stages: Stages, asker: Asker, prompt: Prompt, arm: Arm, *, see_start: bool) -> None:
        self._stages, self._asker, self._prompt, self._arm = stages, asker, prompt, arm
        self._see_start = see_start
        # As many as may ask, so that nobody's clock runs while he waits for others.
        self._turns = asyncio.Semaphore(asker.settings.concurrency)

    async def handle(self, row: Row) -> Handled:
        """Write the program of a task within the budget, and run it."""
        async with self._turns:
            tested = await self._tried(from_plain(Task, row.data["task"]))
        spent = tested.spent
        measures: dict[str, float] = {"calls": spent.calls, "prompt_tokens": spent.prompt_tokens}
        measures |= {"completion_tokens": spent.completion_tokens, "executions": spent.executions}
        if spent.cost:
            measures["cost"] = spent.cost
        return Handled(row.key, rows=(Row(row.key, to_plain(tested)),), measures=measures)

    async def _tried(self, task: Task) -> Tested:
        settings, began = self._stages.settings, time.monotonic()
        tested, spent, told = _without(task, "", Spent()), Spent(), ""
        for _ in range(settings.attempts):
            before = spent
            program, problem, measures = await self._written(task, told)
            spent = _added(spent, measures)
            if program is None:
                # The same question would get the same answer; a program that stopped is better than none.
                return replace(tested, spent=spent) if told else _without(task, problem, spent)
            (ran,) = await self._stages.adapter.run([program], {task.key: task}, self._arm.library)
            spent = replace(spent, executions=spent.executions + 1, cpu_s=spent.cpu_s + ran.cpu_s)
            if ran.fault is None:
                spent = replace(spent, valid_after_s=time.monotonic() - began)
            tested = Tested(task.key, program, ran, holds(self._stages.adapter, task, ran), "", spent)
            if ran.fault is None or _is_spent(spent, before, settings.task_tokens):
                break
            before_that, told = told, _fault_text(program, ran.fault)
            if told == before_that:
                break  # the same question would get the same answer
        return tested

    async def _written(self, task: Task, told: str) -> tuple[Program | None, str, Mapping[str, float]]:
        values = {
            "guide": self._arm.text,
            "module": self._arm.library.module,
            "task": task_text(task) + told,
        }
        images = self._stages.pictures([task.start] if self._see_start else [])
        if images:
            values["task"] += "\n\nThe picture shows what there is before the first instruction."
        reader = partial(_read, task=task)
        asked = await self._asker.ask("validation", self._prompt, values, reader, images=images)
        return asked.value, asked.problem, asked.measures


def _without(task: Task, problem: str, spent: Spent) -> Tested:
    """A task without a program."""
    ran = Ran((None,) * len(task.steps), RunFault("no answer", problem, 0))
    return Tested(task.key, None, ran, held=False, problem=problem, spent=spent)


def _added(spent: Spent, measures: Mapping[str, float]) -> Spent:
    return replace(
        spent,
        calls=spent.calls + int(measures["calls"]),
        prompt_tokens=spent.prompt_tokens + int(measures["prompt_tokens"]),
        completion_tokens=spent.completion_tokens + int(measures["completion_tokens"]),
        cost=spent.cost + measures.get("cost", 0.0),
    )


def _is_spent(spent: Spent, before: Spent, most: int | None) -> bool:
    """Whether another attempt like the last one would take more than all may."""
    now, then = (each.prompt_tokens + each.completion_tokens for each in (spent, before))
    return most is not None and now + (now - then) > most


def _fault_text(program: Program, fault: RunFault) -> str:
    """What a model is told of its own program that stopped."""
    return (
        f"\n\n# A program that did not work\n\n```python\n{shown_program(program)}\n```\n\n"
        f"Step {fault.piece + 1} stopped ({fault.cause}): {fault.message}"
    )


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


def budget(stages: Stages) -> dict[str, object]:
    """What one task may take, the same with every library; None for what has no limit."""
    settings = stages.settings
    if stages.asker is None:
        return {"executions": 1, "cpu_s_of_an_execution": settings.cpu_s}
    prompt = load_question(SOLVE, settings)
    return {
        "calls": settings.attempts * CALLS,
        "answer_tokens_of_a_call": prompt.max_tokens,
        "tokens": settings.task_tokens,
        "executions": settings.attempts,
        "cpu_s_of_an_execution": settings.cpu_s,
    }


def failures(tested: Sequence[Tested]) -> Mapping[str, Tested]:
    """Those that do not hold, by task."""
    return {each.task: each for each in tested if not each.held}

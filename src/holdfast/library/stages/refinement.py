"""Stage 2: a proposal is held against tasks that are drawn afresh, and every version of it is kept."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from holdfast.library.adapter import Adapter, Proposer
from holdfast.library.calls import called
from holdfast.library.holding import held
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Sources, Task
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.guide import guide
from holdfast.library.stages.ideas import Changed, Instruction, Proposal, instructions_of, read_changes
from holdfast.library.stages.questions import load_question, numbered_ideas
from holdfast.library.stages.stepping import EachRow, Stages, digest, sole
from holdfast.library.stages.texts import length
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.steps import Handled, Row

__all__ = ["REFINE", "Refined", "Tried", "drawn", "refine", "try_out"]

REFINE = "refine.v1"


@dataclass(frozen=True, slots=True)
class Refined:
    """One round of refinement."""

    proposal: Proposal
    changes: tuple[Changed, ...]
    problem: str = ""
    """Why the answer could not be used; the proposal is then as it was."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What functions that exist already are to tasks that were drawn afresh, found by running programs."""

    tasks: tuple[str, ...]
    uses: Mapping[str, int]
    """How many of these tasks have a program that holds, is shorter, and calls it; by function."""
    gaps: tuple[str, ...]
    """Tasks whose programs get no shorter."""
    wrong: tuple[str, ...]
    """Tasks whose programs did something else when they were run."""


def drawn(tasks: Sequence[Task], count: int, seed: int) -> tuple[Task, ...]:
    """Some of the tasks, the same for the same seed, in their order."""
    if count >= len(tasks):
        return tuple(tasks)
    chosen = set(random.Random(seed).sample(range(len(tasks)), count))  # noqa: S311
    return tuple(task for at, task in enumerate(tasks) if at in chosen)


async def refine(
    stages: Stages, proposal: Proposal, tasks: Sequence[Task], library: Sources, turn: int
) -> Refined:
    """One round with a model, whose number is `turn`, from 1. Raises as `Stages.step`."""
    assert stages.asker is not None
    subset = drawn(tasks, stages.settings.subset, stages.settings.seed + turn)
    prompt = load_question(REFINE, stages.settings)
    about = guide(library)
    row = Row(
        f"round_{turn}",
        {"proposal": to_plain(proposal), "instructions": to_plain(instructions_of(subset))},
    )
    known = {"model": stages.asker.identity, "prompt": prompt.digest, "library": about}
    step = EachRow(f"refined-{turn}", known, partial(_refine, stages.asker, prompt, about))
    return from_plain(Refined, sole(await stages.step(2, step, [row])))


async def _refine(asker: Asker, prompt: Prompt, about: str, row: Row) -> Handled:
    proposal = from_plain(Proposal, row.data["proposal"])
    shown = from_plain(tuple[Instruction, ...], row.data["instructions"])
    served = {key for idea in proposal.ideas for key in idea.support}
    lines = [
        f"{number}.{' ' if each.key in served else ' * '}{' '.join(each.text.split())}"
        for number, each in enumerate(shown, 1)
    ]
    values = {
        "proposed": numbered_ideas(proposal.ideas) or "(none yet)",
        "library": about,
        "instructions": "\n".join(lines),
    }
    asked = await asker.ask(
        "refinement", prompt, values, partial(read_changes, proposal=proposal, shown=shown)
    )
    refined = (
        Refined(proposal, (), asked.problem)
        if asked.value is None
        else Refined(asked.value[0], asked.value[1])
    )
    return Handled(row.key, rows=(Row(row.key, to_plain(refined)),), measures=asked.measures)


async def try_out(stages: Stages, candidates: Sequence[Candidate], known: Known, turn: int) -> Tried:
    """One round without a model: write tasks that are drawn afresh with the candidates, and run that.

    The library that they run in has every candidate that gets in without looking at the others.
    """
    subset = drawn(tuple(known.tasks.values()), stages.settings.subset, stages.settings.seed + turn)
    told = {
        "known": known.digest(),
        "candidates": digest(to_plain(tuple(candidates))),
        "drawn": [task.key for task in subset],
    }
    step = EachRow(
        f"tried-{turn}",
        told,
        partial(_try_out, stages.adapter, stages.proposers, tuple(candidates), known, subset),
    )
    return from_plain(Tried, sole(await stages.step(2, step, [Row(f"round_{turn}", {"turn": turn})])))


async def _try_out(
    adapter: Adapter,
    proposers: Sequence[Proposer],
    candidates: Sequence[Candidate],
    known: Known,
    subset: Sequence[Task],
    row: Row,
) -> Handled:
    library, admitted = known.library, []
    for each in candidates:
        library, refusal = await adapter.admit(each, library)
        if refusal is None:
            admitted.append(each)
    programs = {task.key: known.programs[task.key] for task in subset if task.key in known.programs}
    tasks = {task.key: task for task in subset}
    written: dict[str, Program] = {}
    for proposer in proposers:
        if admitted:
            written |= proposer.rewritten(admitted, subset, {**programs, **written})
    good = await held(adapter, written.values(), tasks, library)
    shorter = {
        key: program
        for key, program in good.items()
        if key not in programs or length(adapter, program) < length(adapter, programs[key])
    }
    uses: Counter[str] = Counter(
        name for program in shorter.values() for name in called(program, [each.name for each in admitted])
    )
    tried = Tried(
        tasks=tuple(tasks),
        uses={each.name: uses[each.name] for each in admitted},
        gaps=tuple(key for key in tasks if key not in shorter),
        wrong=tuple(sorted(written.keys() - good.keys())),
    )
    return Handled(row.key, rows=(Row(row.key, to_plain(tried)),))

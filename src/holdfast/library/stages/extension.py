"""Stage 6: what fails is looked at, functions against it are proposed, and kept only where that is better.

All of it on training tasks: those that failed, and others that were drawn afresh. Tasks of an evaluation are
never looked at here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from holdfast.core.errors import InfrastructureError
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Refusal, Task
from holdfast.library.stages.corpus import Known, mined
from holdfast.library.stages.documentation import Documented, document
from holdfast.library.stages.failing import Score, clusters, failure_text, score
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.ideas import Idea, Instruction, instructions_of, read_batch
from holdfast.library.stages.implementation import write
from holdfast.library.stages.questions import load_question, numbered_instructions
from holdfast.library.stages.refinement import drawn
from holdfast.library.stages.stepping import EachRow, Stages, sole
from holdfast.library.stages.validation import Arm, Tested, try_tasks
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.spending import SpentError
from holdfast.pipelines.steps import Handled, Row

__all__ = ["EXTEND", "Cycle", "Extended", "Grow", "extend"]

EXTEND = "extend.v1"
_EXAMPLES = 3
"""Failures of each cause that a model is shown."""
_INSTRUCTIONS = 200
"""Instructions of tasks that failed that it is shown."""
_PICTURES = (
    "The pictures show for the first program of each cause what it left, where it left something, and"
    " then what was wanted."
)

Grow: TypeAlias = Callable[[Grown, Sequence[Candidate], str], Awaitable[Grown]]
"""Lets candidates into a library through the gate; the last argument names the step."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One extension, kept or rolled back."""

    number: int
    clusters: Mapping[str, tuple[str, ...]]
    """The tasks that failed, by cause."""
    proposed: tuple[str, ...]
    entered: tuple[str, ...]
    """Functions that the gate let in."""
    refusals: tuple[Refusal, ...]
    before: Score
    """On the tasks that were looked at."""
    after: Score
    before_fresh: Score
    """On tasks that were not."""
    after_fresh: Score
    kept: bool
    why: str


@dataclass(frozen=True, slots=True)
class Extended:
    """What extension came to."""

    grown: Grown
    documented: Documented
    cycles: tuple[Cycle, ...]
    stopped: str
    """Why it ended."""


async def extend(stages: Stages, grown: Grown, documented: Documented, known: Known, grow: Grow) -> Extended:
    """Extend a library until nothing gets better, or the cycles or the money end. Raises as `Stages.step`."""
    cycles: list[Cycle] = []
    rolled_back = 0
    for number in range(1, stages.settings.max_extension_cycles + 1):
        try:
            cycle, after, texts = await _cycle(stages, number, grown, documented, known, grow)
        except InfrastructureError:
            stopped = None if stages.asker is None else stages.asker.stopped
            if not isinstance(stopped, SpentError):
                raise
            return Extended(grown, documented, tuple(cycles), str(stopped))
        cycles.append(cycle)
        rolled_back = 0 if cycle.kept else rolled_back + 1
        if cycle.kept:
            grown, documented = after, texts
        if rolled_back >= stages.settings.patience:
            return Extended(grown, documented, tuple(cycles), _nothing(rolled_back))
    return Extended(grown, documented, tuple(cycles), "all cycles were done")


def _nothing(cycles: int) -> str:
    return "nothing was kept of the last " + ("cycle" if cycles == 1 else f"{cycles} cycles")


async def _cycle(
    stages: Stages,
    number: int,
    grown: Grown,
    documented: Documented,
    known: Known,
    grow: Grow,
) -> tuple[Cycle, Grown, Documented]:
    tasks = known.tasks
    same, fresh = _subsets(stages, tuple(tasks.values()), number)
    arm = _arm(grown, documented)
    tried = await try_tasks(stages, arm, same, 6, f"tried-{number}")
    tried_fresh = await try_tasks(stages, arm, fresh, 6, f"tried-fresh-{number}")
    failed = clusters(stages.adapter, tried, tasks)
    known = replace(known, programs=grown.programs, library=grown.library)
    candidates, unwritten = await _proposed(stages, number, known, documented, failed, tried)
    after, texts, again, again_fresh = grown, documented, tried, tried_fresh
    if candidates:
        after = await grow(grown, candidates, f"grown-{number}")
    new = tuple(each.name for each in after.accepted[len(grown.accepted) :])
    if new:
        texts = await document(stages, after, known, 6, f"documented-{number}")
        arm = _arm(after, texts)
        again = await try_tasks(stages, arm, same, 6, f"tried-again-{number}")
        again_fresh = await try_tasks(stages, arm, fresh, 6, f"tried-fresh-again-{number}")
    before, done = score(stages.adapter, tried, tasks), score(stages.adapter, again, tasks)
    fresh_before = score(stages.adapter, tried_fresh, tasks)
    fresh_after = score(stages.adapter, again_fresh, tasks)
    kept, why = _verdict(new, before, done, fresh_before, fresh_after)
    cycle = Cycle(
        number=number,
        clusters=failed,
        proposed=tuple(each.name for each in candidates),
        entered=new,
        refusals=(*unwritten, *after.refusals[len(grown.refusals) :]),
        before=before,
        after=done,
        before_fresh=fresh_before,
        after_fresh=fresh_after,
        kept=kept,
        why=why,
    )
    return cycle, after, texts


def _verdict(
    new: Sequence[str], before: Score, after: Score, before_fresh: Score, after_fresh: Score
) -> tuple[bool, str]:
    if not new:
        return False, "no function got through the gate"
    if not after.better_than(before):
        return False, "the tasks that were looked at are not done better"
    if after_fresh.worse_than(before_fresh):
        return False, "tasks that were not looked at are done worse"
    return True, "the tasks that were looked at are done better, and others not worse"


def _subsets(stages: Stages, tasks: Sequence[Task], number: int) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
    """The tasks that are looked at, and as many others."""
    seed = stages.settings.seed + 1000 + number
    count = min(stages.settings.subset, max(1, len(tasks) // 2))
    same = drawn(tasks, count, seed)
    taken = {task.key for task in same}
    rest = [task for task in tasks if task.key not in taken]
    return same, drawn(rest, count, seed)


def _arm(grown: Grown, documented: Documented) -> Arm:
    return Arm("learned", grown.library, grown.accepted, documented.system_prompt)


async def _proposed(
    stages: Stages,
    number: int,
    known: Known,
    documented: Documented,
    failed: Mapping[str, tuple[str, ...]],
    tried: Sequence[Tested],
) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    if stages.asker is None:
        found = [await mined(stages, each, known, 6, number) for each in stages.proposers]
        return tuple(candidate for candidates in found for candidate in candidates), ()
    if not failed:
        return (), ()
    ideas = await _asked(stages, stages.asker, number, known.tasks, documented, failed, tried)
    written = await write(stages, ideas, known, 6, f"written-{number}")
    return written.candidates, written.refusals


async def _asked(
    stages: Stages,
    asker: Asker,
    number: int,
    tasks: Mapping[str, Task],
    documented: Documented,
    failed: Mapping[str, tuple[str, ...]],
    tried: Sequence[Tested],
) -> tuple[Idea, ...]:
    prompt = load_question(EXTEND, stages.settings)
    by_task = {each.task: each for each in tried}
    shown = {cause: keys[:_EXAMPLES] for cause, keys in failed.items()}
    texts = [
        f"## {cause}: {len(failed[cause])} programs\n\n"
        + "\n\n".join(failure_text(stages.adapter, by_task[key], tasks[key]) for key in keys)
        for cause, keys in shown.items()
    ]
    instructions = instructions_of(tasks[key] for keys in failed.values() for key in keys)[:_INSTRUCTIONS]
    row = Row(
        f"cycle_{number}",
        {
            "guide": documented.system_prompt,
            "failures": "\n\n".join(texts),
            "instructions": to_plain(instructions),
        },
    )
    known = {"model": asker.identity, "prompt": prompt.digest}
    images = stages.pictures(
        state
        for keys in shown.values()
        for key in keys[:1]
        for state in (*by_task[key].ran.states[-1:], tasks[key].steps[-1].state)
        if state is not None
    )
    step = EachRow(f"extensions-{number}", known, partial(_ask, asker, prompt, images))
    return from_plain(tuple[Idea, ...], sole(await stages.step(6, step, [row]))["ideas"])


async def _ask(asker: Asker, prompt: Prompt, images: Sequence[str], row: Row) -> Handled:
    shown = from_plain(tuple[Instruction, ...], row.data["instructions"])
    values = {
        "guide": row.data["guide"],
        "failures": row.data["failures"],
        "instructions": numbered_instructions(shown),
    }
    if images:
        values["failures"] += "\n\n" + _PICTURES
    asked = await asker.ask("extension", prompt, values, partial(read_batch, shown=shown), images=images)
    ideas = to_plain(asked.value or ())
    return Handled(row.key, rows=(Row(row.key, {"ideas": ideas}),), measures=asked.measures)

"""Stage 1 with a model: every instruction is read, summaries are merged, and who asks for what is kept.

A batch whose answer cannot be used is a failure and is told as one. Merging never loses anyone: a function
rests on the union of what it was merged from, and what is left out is left out for a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from holdfast.core.errors import UserError
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Sources, State, Task
from holdfast.library.stages.guide import guide
from holdfast.library.stages.ideas import (
    Instruction,
    Proposal,
    instructions_of,
    read_batch,
    read_merge,
    together,
)
from holdfast.library.stages.questions import (
    load_question,
    numbered_ideas,
    numbered_instructions,
    pictures_text,
    seen_of,
)
from holdfast.library.stages.stepping import EachRow, Stages, rows_of
from holdfast.pipelines.dataset.asking import Asker
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.steps import Handled, Row

__all__ = ["BATCH", "MERGE", "Discovered", "discover", "uncovered"]

BATCH, MERGE = "batch.v1", "merge.v1"
_PICTURES = 8
"""Tasks of a batch that are shown as pictures, where pictures are shown."""
_UNUSABLE = "the answer could not be used"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a model found in all training instructions."""

    proposal: Proposal
    batches: Mapping[str, Proposal]
    """What each batch asks for, by its key."""
    merges: Mapping[str, Proposal]
    """The lists on the way, by level and place."""
    failed: Mapping[str, str]
    """Batches without an answer that can be used, and why."""
    unread: tuple[str, ...]
    """Keys of the instructions in them."""


async def discover(stages: Stages, tasks: Sequence[Task], library: Sources) -> Discovered:
    """Read all instructions in batches, and merge what they ask for until there is one list.

    Raises UserError without a model, else as `Stages.step`.
    """
    if stages.asker is None:
        raise UserError("only a model reads instructions: name one with --model")
    shown = instructions_of(tasks)
    size = stages.settings.batch_size
    parts = [shown[at : at + size] for at in range(0, len(shown), size)]
    rows = [
        Row(f"batch_{number:03}", {"instructions": to_plain(part)}) for number, part in enumerate(parts, 1)
    ]
    prompt = load_question(BATCH, stages.settings)
    about = guide(library)
    known = {"model": stages.asker.identity, "prompt": prompt.digest, "library": about}
    handle = partial(_read_batch, stages, stages.asker, prompt, about, _states(tasks))
    read = await stages.step(1, EachRow("batches", known, handle), rows)
    found = {row.key: from_plain(Proposal, row.data) for row in rows_of(read)}
    failed = {lost["key"]: lost["detail"] for lost in read.lost()}
    merges = await _merge_all(stages, list(found.values()), about)
    proposal = merges[list(merges)[-1]] if merges else next(iter(found.values()), Proposal())
    by_key = {row.key: part for row, part in zip(rows, parts, strict=True)}
    unread = tuple(each.key for key in failed for each in by_key[key])
    return Discovered(proposal, found, merges, failed, unread)


async def _read_batch(
    stages: Stages, asker: Asker, prompt: Prompt, about: str, states: Mapping[str, State], row: Row
) -> Handled:
    shown = from_plain(tuple[Instruction, ...], row.data["instructions"])
    values = {"library": about, "instructions": numbered_instructions(shown)}
    seen = seen_of(shown, _PICTURES)
    images = stages.pictures(states[each.key] for _, each in seen)
    if images:
        values["instructions"] += pictures_text([number for number, _ in seen])
    reader = partial(read_batch, shown=shown)
    asked = await asker.ask("batches", prompt, values, reader, images=images)
    if asked.value is None:
        return Handled(row.key, dropped=_UNUSABLE, detail=asked.problem, measures=asked.measures)
    proposal = to_plain(Proposal(asked.value))
    return Handled(row.key, rows=(Row(row.key, proposal),), measures=asked.measures)


def _states(tasks: Sequence[Task]) -> Mapping[str, State]:
    """What each instruction led to, by its key."""
    return {f"{task.key}#{at}": step.state for task in tasks for at, step in enumerate(task.steps, 1)}


async def _merge_all(stages: Stages, proposals: list[Proposal], about: str) -> dict[str, Proposal]:
    """All lists that merging makes on the way to one, the last one last; none where there is one already."""
    assert stages.asker is not None
    prompt = load_question(MERGE, stages.settings)
    known = {"model": stages.asker.identity, "prompt": prompt.digest, "library": about}
    size, level = stages.settings.meta_batch_size, 0
    merges: dict[str, Proposal] = {}
    while len(proposals) > 1:
        level += 1
        parts = [proposals[at : at + size] for at in range(0, len(proposals), size)]
        rows = [
            Row(f"level_{level}_{number:03}", {"proposals": to_plain(tuple(part))})
            for number, part in enumerate(parts, 1)
        ]
        step = EachRow(f"merges-{level}", known, partial(_merge, stages.asker, prompt, about))
        merged = {
            row.key: from_plain(Proposal, row.data) for row in rows_of(await stages.step(1, step, rows))
        }
        proposals = list(merged.values())
        merges |= merged
    return merges


async def _merge(asker: Asker, prompt: Prompt, about: str, row: Row) -> Handled:
    """One list of several; where the model does not manage it, they stand together as they are."""
    given = from_plain(tuple[Proposal, ...], row.data["proposals"])
    left = tuple(each for proposal in given for each in proposal.left_out)
    ideas = [each for proposal in given for each in proposal.ideas]
    if len(given) == 1 or not ideas:
        return Handled(row.key, rows=(Row(row.key, to_plain(Proposal(together(ideas), left))),))
    values = {"library": about, "proposed": numbered_ideas(ideas)}
    asked = await asker.ask("merges", prompt, values, partial(read_merge, shown=ideas))
    merged = Proposal(together(ideas)) if asked.value is None else asked.value
    merged = replace(merged, left_out=(*left, *merged.left_out))
    measures = {**asked.measures, "unmerged": float(asked.value is None)}
    return Handled(row.key, rows=(Row(row.key, to_plain(merged)),), measures=measures)


def uncovered(proposal: Proposal, shown: Sequence[Instruction]) -> tuple[str, ...]:
    """Keys of the instructions that no function of a proposal serves."""
    served = {key for idea in proposal.ideas for key in idea.support}
    return tuple(each.key for each in shown if each.key not in served)

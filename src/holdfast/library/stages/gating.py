"""Lets candidates into a library, one after the other, each through the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.library.adapter import Adapter
from holdfast.library.holding import held
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Program, Refusal, Task
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.stepping import EachRow, Stages, digest, sole
from holdfast.library.stages.texts import length
from holdfast.pipelines.steps import Handled, Row

__all__ = ["grow"]


async def grow(
    stages: Stages,
    grown: Grown,
    candidates: Sequence[Candidate],
    tasks: Mapping[str, Task],
    stage: int,
    name: str,
) -> Grown:
    """The library with those candidates in it that the gate lets in. Raises as `Stages.step`."""
    known = {
        "digest": digest([to_plain(grown), to_plain(tuple(candidates)), to_plain(tuple(tasks.values()))])
    }

    async def handle(row: Row) -> Handled:
        found = await _grow(stages.adapter, grown, candidates, tasks)
        return Handled(row.key, rows=(Row(row.key, to_plain(found)),))

    output = await stages.step(stage, EachRow(name, known, handle), [Row("library", {})])
    return from_plain(Grown, sole(output))


async def _grow(
    adapter: Adapter, grown: Grown, candidates: Sequence[Candidate], tasks: Mapping[str, Task]
) -> Grown:
    for each in candidates:
        library, refusal = await adapter.admit(each, grown.library)
        if refusal is None:
            good = await held(adapter, each.rewrites.values(), tasks, library)
            saved = _saved(adapter, grown.programs, good)
            if saved > adapter.cost(each.source):
                programs = {**grown.programs, **good}
                accepted = (*grown.accepted, replace(each, rewrites=good))
                grown = replace(grown, library=library, accepted=accepted, programs=programs)
                continue
            refusal = Refusal(each.name, each.proposer, "length", f"it saves {saved} tokens")
        grown = replace(grown, refusals=(*grown.refusals, refusal))
    return grown


def _saved(adapter: Adapter, old: Mapping[str, Program], new: Mapping[str, Program]) -> int:
    return sum(length(adapter, old[key]) - length(adapter, each) for key, each in new.items() if key in old)

"""Lets candidates into a library, one after the other, each through the gate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from holdfast.library.gate import Admitted, Gate, HeldOut
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Refusal, Sources
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.stepping import EachRow, Stages, digest, sole
from holdfast.pipelines.steps import Handled, Row

__all__ = ["grow"]

_TOGETHER = 8
"""Candidates that are judged in one step: what a kill can cost."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the gate said of some candidates."""

    library: Sources
    entered: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]


async def grow(
    stages: Stages,
    grown: Grown,
    candidates: Sequence[Candidate],
    known: Known,
    held_out: Known,
    stage: int,
    name: str,
) -> Grown:
    """The library with those candidates in it that the gate lets in, judged in their order.

    `known` has the training tasks, `held_out` those that a function may not make worse. Raises as
    `Stages.step`.
    """
    gate = Gate(
        stages.adapter,
        known.tasks,
        writers=stages.proposers,
        held_out=HeldOut(held_out.tasks, held_out.programs),
        settings=stages.settings.gate,
    )
    mark = digest(
        [
            to_plain(grown),
            known.mark,
            held_out.digest(),
            [each.name for each in stages.proposers],
            stages.settings.gate.model_dump(mode="json"),
        ]
    )
    for at in range(0, len(candidates), _TOGETHER):
        part = tuple(candidates[at : at + _TOGETHER])
        told = {"mark": mark, "candidates": digest(to_plain(part))}
        step = EachRow(f"{name}-{at // _TOGETHER + 1:02}", told, partial(_judge, gate, grown, part))
        judged = from_plain(_Judged, sole(await stages.step(stage, step, [Row("candidates", {})])))
        grown = _after(grown, judged)
        mark = digest([told, to_plain(judged)])
    return grown


async def _judge(gate: Gate, grown: Grown, candidates: Sequence[Candidate], row: Row) -> Handled:
    entered: list[Candidate] = []
    refusals: list[Refusal] = []
    for each in candidates:
        verdict = await gate.judge(each, grown.library, grown.programs, grown.accepted)
        if isinstance(verdict, Admitted):
            entered.append(verdict.candidate)
            grown = _after(grown, _Judged(verdict.library, (verdict.candidate,), ()))
        else:
            refusals.append(verdict)
    judged = _Judged(grown.library, tuple(entered), tuple(refusals))
    return Handled(row.key, rows=(Row(row.key, to_plain(judged)),))


def _after(grown: Grown, judged: _Judged) -> Grown:
    programs = dict(grown.programs)
    for each in judged.entered:
        programs |= each.rewrites
    return replace(
        grown,
        library=judged.library,
        accepted=(*grown.accepted, *judged.entered),
        refusals=(*grown.refusals, *judged.refusals),
        programs=programs,
    )

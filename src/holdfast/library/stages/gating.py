"""Lets candidates into a library, one after the other, each through the gate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from holdfast.core.events import TaskAdvanced, TaskFinished, TaskStarted
from holdfast.core.seams import EventSink
from holdfast.library.adapter import Proposer
from holdfast.library.calls import called
from holdfast.library.gate import Admitted, Gate, HeldOut
from holdfast.library.plain import from_plain, to_plain
from holdfast.library.records import Candidate, Refusal, Sources
from holdfast.library.stages.corpus import Known
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.stepping import EachRow, Stages, digest, sole
from holdfast.pipelines.steps import Handled, Row
from holdfast.runtime.sinks import NullSink

__all__ = ["grow", "referred", "take_over"]

_TOGETHER = 4
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
    gates = _gates(stages, known, held_out)
    mark = digest(
        [
            to_plain(grown),
            known.mark,
            held_out.digest(),
            [each.name for each in stages.proposers],
            stages.settings.gate.model_dump(mode="json"),
        ]
    )
    counted = _Counted(stages.sink, name, len(candidates))
    for at in range(0, len(candidates), _TOGETHER):
        part = tuple(candidates[at : at + _TOGETHER])
        told = {"mark": mark, "candidates": digest(to_plain(part))}
        handle = partial(_judge, gates, grown, part, counted)
        step = EachRow(f"{name}-{at // _TOGETHER + 1:02}", told, handle)
        output = await stages.step(stage, step, [Row("candidates", {})], sink=NullSink())
        judged = from_plain(_Judged, sole(output))
        grown = _after(grown, judged)
        mark = digest([told, to_plain(judged)])
        counted.are_judged(at + len(part), judged)
    counted.end()
    return grown


class _Counted:
    """Tells how many candidates were judged, over all the steps that judge some of them."""

    def __init__(self, sink: EventSink, name: str, total: int) -> None:
        self._sink, self._name, self._total = sink, name, total
        self._entered = self._done = 0
        if total:
            sink.emit(TaskStarted(name, total, "functions"))

    def is_judged(self, *, entered: bool) -> None:
        """Tell of one more."""
        self._entered += entered
        self._advance(self._done + 1)

    def are_judged(self, done: int, judged: _Judged) -> None:
        """Tell of those of a step, which may have been finished before."""
        if done > self._done:
            self._entered += len(judged.entered)
            self._advance(done)

    def end(self) -> None:
        """Tell that all were judged."""
        if self._total:
            refused = self._total - self._entered
            self._sink.emit(TaskFinished(self._name, f"{self._entered} let in, {refused} refused"))

    def _advance(self, done: int) -> None:
        self._done = done
        self._sink.emit(TaskAdvanced(self._name, done, f"{self._entered} let in"))


async def take_over(stages: Stages, grown: Grown, written: Sequence[Candidate], known: Known) -> Grown:
    """The library with what people wrote, where it is admissible and all programs hold with it.

    Whether it is worth having is not asked. Raises as `Stages.step`.
    """
    if not written:
        return grown
    gate = Gate(stages.adapter, known.tasks, settings=stages.settings.gate)
    told = {"known": known.digest(), "written": digest(to_plain(tuple(written)))}
    step = EachRow("by-hand", told, partial(_judge_written, gate, grown, written))
    judged = from_plain(_Judged, sole(await stages.step(3, step, [Row("written", {})])))
    return _after(grown, judged)


async def referred(stages: Stages, reference: Sequence[Candidate]) -> Grown:
    """The foundation with those functions of a reference library that are admissible.

    Raises as `Stages.step`.
    """

    async def handle(row: Row) -> Handled:
        judged = _Judged(stages.adapter.foundation(), (), ())
        for each in reference:
            library, refusal = await stages.adapter.admit(each, judged.library)
            if refusal is None:
                judged = replace(judged, library=library, entered=(*judged.entered, each))
            else:
                judged = replace(judged, refusals=(*judged.refusals, refusal))
        return Handled(row.key, rows=(Row(row.key, to_plain(judged)),))

    told = {
        "foundation": digest(to_plain(stages.adapter.foundation())),
        "reference": digest(to_plain(tuple(reference))),
    }
    output = await stages.step(5, EachRow("reference", told, handle), [Row("functions", {})])
    judged = from_plain(_Judged, sole(output))
    return Grown(judged.library, judged.entered, judged.refusals)


async def _judge_written(gate: Gate, grown: Grown, written: Sequence[Candidate], row: Row) -> Handled:
    judged = _Judged(grown.library, (), ())
    for each in written:
        verdict = await gate.judge_edit(each, judged.library, grown.programs)
        if isinstance(verdict, Admitted):
            judged = replace(judged, library=verdict.library, entered=(*judged.entered, verdict.candidate))
        else:
            judged = replace(judged, refusals=(*judged.refusals, verdict))
    return Handled(row.key, rows=(Row(row.key, to_plain(judged)),))


def _gates(stages: Stages, known: Known, held_out: Known) -> Callable[[Candidate], Gate]:
    """The gate by candidate: whoever proposed it says where it is used.

    For those of a model the proposer that was asked last says it, which reads programs.
    """
    apart = HeldOut(held_out.tasks, held_out.programs)

    def made(writers: Sequence[Proposer]) -> Gate:
        settings = stages.settings.gate
        return Gate(stages.adapter, known.tasks, writers=writers, held_out=apart, settings=settings)

    gates = {each.name: made((each,)) for each in stages.proposers}
    others = made(tuple(stages.proposers[-1:]))
    return lambda candidate: gates.get(candidate.proposer, others)


async def _judge(
    gates: Callable[[Candidate], Gate],
    grown: Grown,
    candidates: Sequence[Candidate],
    counted: _Counted,
    row: Row,
) -> Handled:
    entered: list[Candidate] = []
    refusals: list[Refusal] = []
    for candidate in candidates:
        each = _with_what_is_there(candidate, (*grown.refusals, *refusals))
        verdict = await gates(each).judge(each, grown.library, grown.programs, grown.accepted)
        if isinstance(verdict, Admitted):
            entered.append(verdict.candidate)
            grown = _after(grown, _Judged(verdict.library, (verdict.candidate,), ()))
        else:
            refusals.append(verdict)
        counted.is_judged(entered=isinstance(verdict, Admitted))
    judged = _Judged(grown.library, tuple(entered), tuple(refusals))
    return Handled(row.key, rows=(Row(row.key, to_plain(judged)),))


def _with_what_is_there(candidate: Candidate, refusals: Sequence[Refusal]) -> Candidate:
    """A candidate whose programs call nothing that was refused; without any, where they do.

    The gate then has them written anew.
    """
    missing = {each.candidate for each in refusals}
    if any(called(program, missing) for program in candidate.rewrites.values()):
        return replace(candidate, rewrites={})
    return candidate


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

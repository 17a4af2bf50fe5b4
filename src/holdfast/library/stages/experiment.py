"""All stages of one experiment, each made from what the ones before gave, with the files that people read."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from holdfast.library.arms import EXTENDED, LEARNED, NONE, REFERENCE
from holdfast.library.records import Candidate, Refusal
from holdfast.library.stages.corpus import Known, mined, starting_programs
from holdfast.library.stages.discovery import discover
from holdfast.library.stages.documentation import document
from holdfast.library.stages.extension import extend
from holdfast.library.stages.findings import Findings
from holdfast.library.stages.gating import grow, referred, take_over
from holdfast.library.stages.growing import Grown
from holdfast.library.stages.guide import guide
from holdfast.library.stages.implementation import write
from holdfast.library.stages.keeping import by_hand
from holdfast.library.stages.refinement import refine, try_out
from holdfast.library.stages.telling import tell, tell_library
from holdfast.library.stages.validation import Arm, try_tasks

__all__ = ["LAST", "Experiment"]

LAST = 6
"""The last stage."""
_BUILT = 3
"""The first stage with a library."""


class Experiment:
    """One experiment; `run` is called once."""

    def __init__(self, findings: Findings) -> None:
        """Nothing is found yet."""
        self.found = findings
        self._stages = findings.stages

    async def run(self, last: int) -> None:
        """Run the stages up to `last`; those before `stages.first` are looked up. Raises as `Stages.step`."""
        works = (
            self._begin,
            self._discover,
            self._refine,
            self._implement,
            self._document,
            self._validate,
            self._extend,
        )
        for number, work in enumerate(works[: last + 1]):
            await work()
            if number >= self._stages.first:
                tell(number, self.found)
        if last >= _BUILT:
            tell_library(self.found, last)

    async def _begin(self) -> None:
        found = self.found
        foundation = self._stages.adapter.foundation()
        programs = await starting_programs(self._stages, found.train.tasks, foundation)
        found.begin(foundation, programs)

    async def _discover(self) -> None:
        found = self.found
        for proposer in self._stages.proposers[:1]:
            found.candidates = await mined(self._stages, proposer, self._known(), 1)
        if self._stages.asker is not None:
            found.discovered = await discover(self._stages, found.learners, found.grown.library)
            found.proposal = found.discovered.proposal

    async def _refine(self) -> None:
        found, stages = self.found, self._stages
        for turn in range(1, stages.settings.refinement_iterations + 1):
            if found.candidates:
                found.tried.append(await try_out(stages, found.candidates, self._known(), turn))
            if stages.asker is not None:
                refined = await refine(stages, found.proposal, found.learners, found.grown.library, turn)
                found.rounds.append(refined)
                found.proposal = refined.proposal

    async def _implement(self) -> None:
        found = self.found
        found.by_hand = by_hand(self._stages.folder)
        written = found.by_hand.written
        found.grown = await take_over(self._stages, found.grown, written, self._known())
        found.grown = await self._grow(found.grown, found.candidates, "gate", stage=3)
        # Those who read programs read them as they are now: functions come to call functions.
        for proposer in self._stages.proposers[1:]:
            more = await mined(self._stages, proposer, self._known(), 3)
            found.grown = await self._grow(found.grown, more, f"gate-{proposer.name}", stage=3)
        ideas = found.proposal.common(self._stages.settings.min_tasks)
        new = await write(self._stages, ideas, self._known())
        found.grown = replace(found.grown, refusals=(*found.grown.refusals, *new.refusals))
        found.grown = await self._grow(found.grown, new.candidates, "gate-written", stage=3)

    async def _document(self) -> None:
        self.found.documented = await document(self._stages, self.found.grown, self._known())

    async def _validate(self) -> None:
        foundation = self._stages.adapter.foundation()
        await self._try(Arm(NONE, foundation, (), guide(foundation)), stage=5)
        if self._stages.reference:
            known = await referred(self._stages, self._stages.reference)
            self.found.reference_refusals = known.refusals
            await self._try(Arm(REFERENCE, known.library, known.accepted, guide(known.library)), stage=5)
        await self._try(self._learned(LEARNED), stage=5)

    async def _try(self, arm: Arm, *, stage: int) -> None:
        tasks = self.found.validation.tasks
        self.found.libraries[arm.name] = arm
        self.found.arms[arm.name] = await try_tasks(self._stages, arm, tasks, stage, f"validated-{arm.name}")

    def _learned(self, name: str) -> Arm:
        found = self.found
        assert found.documented is not None
        return Arm(name, found.grown.library, found.grown.accepted, found.documented.system_prompt)

    async def _extend(self) -> None:
        found = self.found
        assert found.documented is not None
        let_in = partial(self._grow, stage=6)
        found.extended = await extend(self._stages, found.grown, found.documented, self._known(), let_in)
        found.grown, found.documented = found.extended.grown, found.extended.documented
        if any(each.kept for each in found.extended.cycles):
            # Told, and nothing is decided by it: a library is frozen before it meets these tasks.
            await self._try(self._learned(EXTENDED), stage=6)

    async def _grow(self, grown: Grown, candidates: Sequence[Candidate], name: str, *, stage: int) -> Grown:
        """Let candidates in; what people wrote, or took out, is theirs."""
        theirs = {*self.found.by_hand.removed, *(each.name for each in self.found.by_hand.written)}
        refused = tuple(
            Refusal(each.name, each.proposer, "by hand", "somebody wrote it or took it out by hand")
            for each in candidates
            if each.name in theirs
        )
        grown = replace(grown, refusals=(*grown.refusals, *refused))
        left = [each for each in candidates if each.name not in theirs]
        return await grow(self._stages, grown, left, self._known(), self.found.held_out, stage, name)

    def _known(self) -> Known:
        found = self.found
        return Known(found.learning, found.grown.programs, found.grown.library, found.mark)

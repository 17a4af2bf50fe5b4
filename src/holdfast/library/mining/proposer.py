"""Proposes the functions that mining finds, and writes programs with them, from states alone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from holdfast.core.errors import UserError
from holdfast.library.adapter import Adapter, Lattice, View
from holdfast.library.definitions import exported, functions_of
from holdfast.library.mining.covering import Cover, Coverer, Target
from holdfast.library.mining.emitting import program_of
from holdfast.library.mining.families import families
from holdfast.library.mining.jobs import JobReader, StepJobs
from holdfast.library.mining.mining import REPEAT_KIND, Mined, mine
from holdfast.library.mining.motifs import MotifSettings
from holdfast.library.mining.plane import Plane
from holdfast.library.mining.recognising import Recognised, recognise
from holdfast.library.mining.table import Table
from holdfast.library.records import Candidate, Program, Task

__all__ = ["Motifs"]


class Motifs:
    """The proposer that needs states and nothing else; its domain has a lattice.

    It remembers covers from one call to the next, and is asked one thing at a time.
    """

    name = "motifs"

    def __init__(self, adapter: Adapter, settings: MotifSettings | None = None) -> None:
        """Raises UserError where the states of the domain are no cells."""
        if adapter.lattice is None:
            raise UserError(f"no motifs are mined in {adapter.name}: its states are not drawn on a lattice")
        self._adapter = adapter
        self._lattice: Lattice = adapter.lattice
        self._settings = settings or MotifSettings()
        self._latest: Coverer | None = None
        self._widest: Coverer | None = None
        self._reader = JobReader(self._lattice)
        self._families = families(self._lattice)

    async def propose(self, view: View) -> Sequence[Candidate]:
        """The functions that pay and are not in the library yet, those that save most first.

        A candidate's rewrites are those of a library that has the candidates before it and no later ones:
        where one of those is refused, `rewritten` writes them anew.
        """
        # In a thread, so that whoever waits for it can be stopped.
        return await asyncio.to_thread(self._proposed, view)

    def rewritten(
        self, candidates: Sequence[Candidate], tasks: Sequence[Task], programs: Mapping[str, Program]
    ) -> Mapping[str, Program]:
        """Programs from the states that tasks want, with those candidates that are as mining writes them.

        It does not matter who proposed them. A task that has a program gets another one only where that is
        shorter. None was run.
        """
        if not tasks:
            return {}
        plane, steps_of = self._reader.read(tasks)
        coverer, names = self._coverer(plane, {each.name: each.source for each in candidates})
        found = {}
        for key, steps in steps_of.items():
            cost = sum(coverer.cover(job.target).cost for step in steps for job in step.jobs)
            if key not in programs or cost < self._length(programs[key]):
                found[key] = program_of(key, steps, coverer.cover, coverer.table, names)
        return found

    def _coverer(self, plane: Plane, sources: Mapping[str, str]) -> tuple[Coverer, dict[str, str]]:
        """What draws with some functions, and their names by kind."""
        known = recognise(plane, sources, self._families)
        names = _names(known)
        last = self._latest or self._widest
        if last is not None and last.table.plane.cells != plane.cells:
            last = self._latest = self._widest = None
        table = last.table if last is not None else Table(plane, ())
        numbers = {form.kind: at for at, form in enumerate(table.forms)}
        fresh = [form for form in known.forms.values() if form.kind not in numbers]
        if fresh:
            table = Table(plane, [*table.forms, *fresh], table)
            numbers = {form.kind: at for at, form in enumerate(table.forms)}
        forms = {numbers[form.kind] for form in known.forms.values()}
        before = self._latest if self._latest is not None and self._latest.forms <= forms else None
        if before is not None:
            before.settle()
        self._latest = Coverer(
            table,
            forms,
            repeats=bool(known.repeat),
            wider=self._widest,
            narrower=before,
        )
        return self._latest, names

    def _proposed(self, view: View) -> Sequence[Candidate]:
        tasks = list(view.tasks.values())
        if not tasks:
            return ()
        taken = set(exported(view.library))
        mined = mine(self._lattice, tasks, self._adapter.cost, taken=taken, settings=self._settings)
        self._latest, self._widest = None, mined.coverer
        known = recognise(mined.plane, functions_of(view.library), self._families)
        _, steps = self._reader.read(tasks)
        return tuple(self._candidates(mined, known, steps))

    def _candidates(
        self, mined: Mined, known: Recognised, steps: Mapping[str, Sequence[StepJobs]]
    ) -> Iterator[Candidate]:
        table = mined.coverer.table
        numbers = {form.kind: at for at, form in enumerate(table.forms)}
        names = {each.kind: each.name for each in mined.functions} | _names(known)
        there = {numbers[form.kind] for form in known.forms.values() if form.kind in numbers}
        before = first = Coverer(table, there, repeats=bool(known.repeat), wider=mined.coverer)
        covers: dict[Target, Cover] = {}

        def covered(target: Target) -> Cover:
            return covers.get(target) or first.cover(target)

        for each in mined.functions:
            number = None if each.form is None else numbers[each.kind]
            if before.repeats if number is None else number in before.forms:
                continue
            forms = before.forms if number is None else before.forms | {number}
            repeats = before.repeats or number is None
            before = Coverer(table, forms, repeats=repeats, wider=mined.coverer)
            for job in (job for key in each.tasks for step in steps[key] for job in step.jobs):
                # Only where it is used in the end does it change anything now.
                final = mined.coverer.cover(job.target)
                if final.repeats if number is None else number in before.used(final):
                    covers[job.target] = before.cover(job.target)
            rewrites = {key: program_of(key, steps[key], covered, table, names) for key in each.tasks}
            yield Candidate(
                each.name, each.source, self.name, each.tasks, rewrites=rewrites, expected_gain=each.gain
            )

    def _length(self, program: Program) -> int:
        return sum(map(self._adapter.cost, program.pieces))


def _names(known: Recognised) -> dict[str, str]:
    """What functions are called, by kind."""
    repeat = {REPEAT_KIND: known.repeat} if known.repeat else {}
    return {form.kind: name for name, form in known.forms.items()} | repeat

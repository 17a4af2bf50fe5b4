"""The gate: what decides which functions enter a library, whoever proposes them.

A candidate is refused by the first rule that it breaks, the cheap ones first: what the text tells, then what
running tells. Rules that read Python say nothing of candidates in other languages, whose own adapter refuses
what does not hold.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from holdfast.library.adapter import Adapter, Proposer
from holdfast.library.calls import mentions, uses
from holdfast.library.holding import holds
from holdfast.library.records import Candidate, Program, Ran, Refusal, Sources, Task
from holdfast.library.twins import deeds, find_twin, functions_with

__all__ = ["RULES", "Admitted", "Gate", "GateSettings", "HeldOut", "Verdict"]

RULES = ("wrapper", "uses", "length", "states", "duplicate", "held-out")
"""The rules of the gate; an adapter's `admit` has others, which are named by it."""

_REMEMBERED = 8
"""Of these sets of functions, the programs of tasks that are held out are kept."""


class GateSettings(BaseModel):
    """How strict the gate is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tasks: int = Field(default=2, ge=1)
    """Fewest tasks that have to use a function."""
    groups: int = Field(default=2, ge=1)
    """Fewest groups that these tasks are of."""
    thin_uses: int = Field(default=25, ge=1)
    """A function that does one thing only is a thin wrapper with fewer calls."""
    broken: float = Field(default=0.5, ge=0, le=1)
    """The share of its rewrites that may lead to other states; those are left out."""
    probes: int = Field(default=3, ge=1)
    """States that functions are told apart by, beside those of the tasks."""
    seed: int = 0
    """Of the probes."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Tasks that nothing is learned from, with a program that holds for each that has one."""

    tasks: Mapping[str, Task]
    programs: Mapping[str, Program]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A candidate that holds and helps."""

    candidate: Candidate
    """With the rewrites that hold, the tasks that use it, and the tokens that it saves."""
    library: Sources
    programs: Mapping[str, Program]
    """Of all training tasks, those that use it among them."""


Verdict: TypeAlias = Admitted | Refusal


@dataclass(slots=True)
class _Case:
    """A candidate, and what the rules found out about it."""

    candidate: Candidate
    library: Sources
    programs: Mapping[str, Program]
    accepted: tuple[Candidate, ...]
    claims: dict[str, Program] = field(default_factory=dict)
    """Programs that are said to do the same with it; those that do once they were run."""
    extended: Sources = field(default_factory=lambda: Sources("", {}))


_Rule: TypeAlias = Callable[[_Case], Awaitable[str]]


class Gate:
    """Judges candidates against training tasks, and against tasks that are held out."""

    def __init__(
        self,
        adapter: Adapter,
        tasks: Mapping[str, Task],
        *,
        writers: Sequence[Proposer] = (),
        held_out: HeldOut | None = None,
        settings: GateSettings | None = None,
    ) -> None:
        """`writers` write programs with functions, beside the programs that candidates bring themselves."""
        self._adapter = adapter
        self._tasks = tasks
        self._writers = writers
        self._held_out = held_out or HeldOut({}, {})
        self._settings = settings or GateSettings()
        self._latest: dict[tuple[str, tuple[str, ...]], Mapping[str, Program]] = {}

    async def judge(
        self,
        candidate: Candidate,
        library: Sources,
        programs: Mapping[str, Program],
        accepted: Sequence[Candidate] = (),
    ) -> Verdict:
        """Let a candidate into a library, or say why not.

        `programs` hold in the library, by task; `accepted` are its functions so far. Raises
        InfrastructureError where nothing can be run.
        """
        case = _Case(candidate, library, programs, tuple(accepted))
        case.claims = self._claimed(case)
        for rule, check in (
            ("wrapper", self._wrapper),
            ("uses", self._uses),
            ("length", self._length),
            ("", self._admission),
            ("states", self._states),
            ("uses", self._uses),
            ("length", self._length),
            ("duplicate", self._duplicate),
            ("held-out", self._gain_held_out),
        ):
            if detail := await check(case):
                if not rule:
                    rule, _, detail = detail.partition(": ")
                return Refusal(candidate.name, candidate.proposer, rule, detail)
        support = tuple(sorted(case.claims))
        entered = replace(
            candidate,
            rewrites=case.claims,
            support=support,
            expected_gain=self._saved(case) - self._price(case),
        )
        return Admitted(entered, case.extended, {**programs, **case.claims})

    async def judge_edit(
        self, candidate: Candidate, library: Sources, programs: Mapping[str, Program]
    ) -> Verdict:
        """Let a function that somebody wrote by hand into a library, or in the place of its parent.

        It has to be admissible, and all programs have to hold with it; whether it is worth having is not
        asked. Raises InfrastructureError where nothing can be run.
        """
        case = _Case(candidate, library, programs, ())
        if detail := await self._admission(case):
            rule, _, detail = detail.partition(": ")
            return Refusal(candidate.name, candidate.proposer, rule, detail)
        if detail := await self._states(case):
            return Refusal(candidate.name, candidate.proposer, "states", detail)
        return Admitted(candidate, case.extended, programs)

    def _claimed(self, case: _Case) -> dict[str, Program]:
        """The shortest program with the candidate for each task, where it is shorter than the one at hand."""
        found = {
            key: new
            for key, new in case.candidate.rewrites.items()
            if key in case.programs
            and uses(new, case.candidate.name)
            and self._cost(new) < self._cost(case.programs[key])
        }
        tasks = [self._tasks[key] for key in case.programs]
        for writer in self._writers:
            if writer.name == case.candidate.proposer and case.candidate.rewrites:
                continue  # it has said already where it would use it
            written = writer.rewritten((*case.accepted, case.candidate), tasks, case.programs)
            for key, new in written.items():
                old = found.get(key, case.programs.get(key))
                if old is None or not uses(new, case.candidate.name):
                    continue
                if self._cost(new) < self._cost(old):
                    found[key] = new
        return found

    async def _wrapper(self, case: _Case) -> str:
        done = deeds(case.candidate.source, case.candidate.name)
        count = sum(uses(new, case.candidate.name) for new in case.claims.values())
        if done is None or done >= 2 or count >= self._settings.thin_uses:
            return ""
        return f"it makes {done} call and has no loop, and is used {count} times"

    async def _uses(self, case: _Case) -> str:
        groups = {self._tasks[key].group for key in case.claims}
        if len(case.claims) >= self._settings.tasks and len(groups) >= self._settings.groups:
            return ""
        wanted = f"at least {self._settings.tasks} of {self._settings.groups} are needed"
        return f"it shortens the programs of {len(case.claims)} tasks of {len(groups)} groups; {wanted}"

    async def _length(self, case: _Case) -> str:
        saved, price = self._saved(case), self._price(case)
        return "" if saved > price else f"it saves {saved} tokens and takes {price}"

    async def _admission(self, case: _Case) -> str:
        case.extended, refusal = await self._adapter.admit(case.candidate, case.library)
        return "" if refusal is None else f"{refusal.rule}: {refusal.detail}"

    async def _states(self, case: _Case) -> str:
        """All programs that are changed, and those that call what is replaced, have to hold."""
        parent = case.candidate.parent
        touched = {
            key: old
            for key, old in case.programs.items()
            if parent and key not in case.claims and mentions(old, parent)
        }
        tried = {**case.claims, **touched}
        wrong = await self._wrong(tried, self._tasks, case.extended)
        for key in touched:
            if key in wrong:
                return f"{key} does not hold any more: {wrong[key]}"
        if wrong and len(wrong) > self._settings.broken * len(case.claims):
            first = min(wrong)
            return f"{len(wrong)} of {len(case.claims)} programs do not hold with it; {first}: {wrong[first]}"
        case.claims = {key: new for key, new in case.claims.items() if key not in wrong}
        return ""

    async def _duplicate(self, case: _Case) -> str:
        """Whether another function does the same in its place, on the tasks and on probes."""
        others = functions_with(case.extended, case.candidate)
        if not others:
            return ""
        programs = sorted(case.claims.values(), key=self._cost)
        states = self._adapter.probes(self._settings.probes, self._settings.seed)
        twin = await find_twin(
            case.candidate, others, programs, self._tasks, states, case.extended, self._adapter
        )
        return f"{twin} does the same" if twin else ""

    async def _gain_held_out(self, case: _Case) -> str:
        """Held-out programs may not get longer; one that breaks counts as lost what it would have gained."""
        gain = 0
        for writer in self._writers if self._held_out.tasks else ():
            given = self._held_out.programs
            before = {**given, **self._unseen(writer, case.accepted)}
            written = self._unseen(writer, (*case.accepted, case.candidate))
            new = {key: program for key, program in written.items() if before.get(key) != program}
            wrong = await self._wrong(new, self._held_out.tasks, case.extended)
            for key, program in new.items():
                saved = self._cost(before[key]) - self._cost(program) if key in before else 0
                gain += -abs(saved) if key in wrong else saved
        return "" if gain >= 0 else f"programs of tasks that are held out get {-gain} tokens longer"

    def _unseen(self, writer: Proposer, functions: Sequence[Candidate]) -> Mapping[str, Program]:
        """Programs of tasks that are held out, with some functions; the latest are remembered."""
        key = (writer.name, tuple(each.source for each in functions))
        if key not in self._latest:
            tasks = list(self._held_out.tasks.values())
            written = writer.rewritten(functions, tasks, self._held_out.programs)
            self._latest = {**dict(list(self._latest.items())[-_REMEMBERED:]), key: written}
        return self._latest[key]

    async def _wrong(
        self, programs: Mapping[str, Program], tasks: Mapping[str, Task], library: Sources
    ) -> dict[str, str]:
        """What is wrong with each of some programs that does not hold, by task."""
        if not programs:
            return {}
        ran = await self._adapter.run(list(programs.values()), tasks, library)
        return {
            key: _fault_of(each)
            for key, each in zip(programs, ran, strict=True)
            if not holds(self._adapter, tasks[key], each)
        }

    def _saved(self, case: _Case) -> int:
        return sum(self._cost(case.programs[key]) - self._cost(new) for key, new in case.claims.items())

    def _price(self, case: _Case) -> int:
        """By how much the library gets longer."""
        parent = next((each for each in case.accepted if each.name == case.candidate.parent), None)
        replaced = 0 if parent is None else self._adapter.cost(parent.source)
        return self._adapter.cost(case.candidate.source) - replaced

    def _cost(self, program: Program) -> int:
        return sum(self._adapter.cost(piece) for piece in program.pieces)


def _fault_of(ran: Ran) -> str:
    if ran.fault is None:
        return "it leads to other states"
    return f"piece {ran.fault.piece}: {ran.fault.cause}: {ran.fault.message}"

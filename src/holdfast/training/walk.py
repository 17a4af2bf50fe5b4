"""Walk a true proof and try other steps on the way: what holds, what is refused, what goes astray.

Everything that is recorded is what the checker said. A step that differs from the one that stands in the
proof is not wrong for that: where it closes the goal, or a bounded search closes what it leaves, it is
another route, and never an example of what not to do.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Proposer, Session
from holdfast.core.steps import Advanced, Proposal, Proved, Refused, Step, Verdict
from holdfast.core.trajectories import WHOLE, Explored, Fates, JudgedStep, Observed
from holdfast.search.best_first import Budget, best_first
from holdfast.search.canonical import independent

__all__ = ["Route", "Walk", "WalkSettings", "walk"]

_FROM_SOURCE = "source"
"""Who offers the steps of the true proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkSettings:
    """How much is tried."""

    candidates: int = 8
    """Steps tried at each goal of the true proof, at most, beside the true one."""
    negatives: int = 15
    """Steps that fail or go astray, per theorem. They are spread over the depths of the proof: what one
    depth does not use falls to those below."""
    explore_nodes: int = 16
    """Steps spent below a candidate that holds; at least as many as the true proof still takes there."""
    explore_cpu_s: float = 2.0
    """CPU seconds spent below a candidate that holds."""


@dataclass(frozen=True, slots=True)
class Route:
    """Another proof of a goal on the way."""

    parent: int
    focus: int
    """The goal, by its place: see `Explored`."""
    steps: tuple[int, ...]
    """The numbers of its steps."""
    whole: Proof
    """The proof of the theorem that goes this way."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What came of walking one proof."""

    steps: tuple[Explored, ...]
    """Every step that was tried, those of the true proof among them."""
    fates: Fates
    """The true proof, where all of it could be taken again; candidates that are known to lead on."""
    routes: tuple[Route, ...]
    taken: int
    """How many steps of the true proof were taken."""
    length: int
    """How many there are."""
    proof: Proof | None
    """The true proof, None where not all of it could be taken."""
    stopped: str = ""
    """Why the walk ended before the proof did."""
    undecided: bool = False
    """Whether that was for want of a verdict."""
    cpu_s: float = 0.0
    """CPU seconds that verdicts declared."""

    def proof_along(self, route: Route) -> tuple[int, ...]:
        """The numbers of the steps of the whole proof that goes along a route."""
        true = set(self.fates.proof)
        at = {step.number: step for step in self.steps}
        left = {
            number
            for number in true
            if any((at[up].parent, at[up].focus) == (route.parent, route.focus) for up in _line(at, number))
        }
        return tuple(sorted((true - left) | set(route.steps)))


def _line(at: dict[int, Explored], number: int) -> Iterable[int]:
    """A step and all that it stands below."""
    while number:
        yield number
        number = at[number].parent


async def walk(
    session: Session,
    truth: Sequence[Observed],
    proposer: Proposer,
    settings: WalkSettings | None = None,
    *,
    observe: Callable[[JudgedStep], None] = lambda _judged: None,
    record: Callable[[Explored], None] = lambda _step: None,
) -> Walk:
    """Take the steps of a proof from the root of a session, and try what `proposer` offers beside each.

    Args:
        session: opened where the proof begins; the caller closes it.
        truth: the steps of the proof, in order, with the goals that they were seen at.
        proposer: offers candidates; it should not know this proof.
        settings: how much is tried; None for the defaults.
        observe: told of each candidate that has a verdict.
        record: told of each step as it is tried, verdict or not.

    A step without a verdict is recorded as such, and the walk goes on; only a true step that has none twice,
    or that does not hold here, ends it. Nothing that was recorded before is lost.
    """
    walker = _Walker(session, deque(truth), proposer, settings or WalkSettings(), observe, record)
    return await walker.run()


class _LostError(Exception):
    """The true proof cannot be followed any further."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A goal that waits for its true step."""

    parent: int
    focus: int
    depth: int
    left: Goal
    """What the parent left, all of it."""


@dataclass(slots=True)
class _Taken:
    """A true step."""

    number: int
    parent: int
    focus: int
    step: Step


@dataclass(frozen=True, slots=True)
class _Detour:
    """A candidate that closed its goal, with the proof that it begins."""

    parent: int
    focus: int
    steps: tuple[int, ...]
    proof: Proof


@dataclass(slots=True)
class _View:
    """A session that begins at another goal; fills the `Session` seam."""

    session: Session
    root: Goal

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        """As the session does."""
        return await self.session.apply(goal, step)

    async def focus(self, goal: Goal, index: int) -> Goal:
        """As the session does."""
        return await self.session.focus(goal, index)


@dataclass(slots=True)
class _Walker:
    session: Session
    truth: deque[Observed]
    proposer: Proposer
    settings: WalkSettings
    observe: Callable[[JudgedStep], None]
    record: Callable[[Explored], None]
    steps: list[Explored] = field(default_factory=list)
    taken: list[_Taken] = field(default_factory=list)
    detours: list[_Detour] = field(default_factory=list)
    solved: list[int] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)
    negatives: int = 0
    cpu_s: float = 0.0

    async def run(self) -> Walk:
        length, undecided = len(self.truth), False
        root = self.session.root
        waiting = [_Place(0, WHOLE, 0, root)] if root.subgoals else []
        try:
            while waiting:
                waiting += reversed(await self._visit(waiting.pop()))
            stopped = "the proof goes on where nothing is left to do" if self.truth else ""
        except _LostError as error:
            stopped = str(error)
        except CheckerError as error:
            stopped, undecided = f"the checker gave no verdict: {error}", True
        proof = None if stopped else self._proof(0, WHOLE)
        numbers = () if proof is None else tuple(each.number for each in self.taken)
        fates = Fates(proof=numbers, solved=tuple(self.solved), given_up=tuple(self.given_up))
        routes = () if proof is None else tuple(self._routes())
        return Walk(
            steps=tuple(self.steps),
            fates=fates,
            routes=routes,
            taken=len(self.taken),
            length=length,
            proof=proof,
            stopped=stopped,
            undecided=undecided,
            cpu_s=self.cpu_s,
        )

    async def _visit(self, place: _Place) -> list[_Place]:
        """Try candidates at a goal of the proof, then take the true step; the goals that it leaves."""
        if not self.truth:
            raise _LostError("the proof ends before its goals do")
        observed = self.truth.popleft()
        goal = place.left if place.focus == WHOLE else await self.session.focus(place.left, place.focus)
        seen = observed.goal.subgoals[:1]
        if [one.conclusion for one in seen] != [one.conclusion for one in goal.subgoals[:1]]:
            raise _LostError(f"`{observed.step}` was taken at another goal than the one at hand")
        await self._candidates(place, goal, observed.step)
        verdict = await self._true_step(goal, Step(observed.step))
        number = self._put(place, goal, Proposal(Step(observed.step), 0.0, _FROM_SOURCE), verdict)
        if isinstance(verdict, Refused):
            raise _LostError(f"`{observed.step}` does not hold here: {verdict.message}")
        self.taken.append(_Taken(number, place.parent, place.focus, Step(observed.step)))
        return self._places(number, place.depth + 1, verdict.goal) if isinstance(verdict, Advanced) else []

    def _places(self, number: int, depth: int, left: Goal) -> list[_Place]:
        if len(left.subgoals) > 1 and independent(left, len(self.session.root.shelved)):
            return [_Place(number, index, depth, left) for index in range(len(left.subgoals))]
        if not left.subgoals:
            raise _LostError("only shelved goals are left")
        return [_Place(number, WHOLE, depth, left)]

    async def _true_step(self, goal: Goal, step: Step) -> Verdict:
        """The verdict on a step that is known to hold; asked twice before it is given up."""
        try:
            return await self.session.apply(goal, step)
        except CheckerError:
            return await self.session.apply(goal, step)

    async def _candidates(self, place: _Place, goal: Goal, true_step: str) -> None:
        """Try what is offered, until this depth has its share of the negatives."""
        left = len(self.truth) + 1
        share = -(-(self.settings.negatives - self.negatives) // left)
        wanted = self.negatives + share
        true_words = true_step.split()
        offered = await self.proposer.propose(goal, self.settings.candidates + 1)
        others = [one for one in offered if one.step.text.split() != true_words]
        for proposal in others[: self.settings.candidates]:
            if self.negatives >= wanted:
                return
            await self._try(place, goal, proposal)

    async def _try(self, place: _Place, goal: Goal, proposal: Proposal) -> None:
        try:
            verdict = await self.session.apply(goal, proposal.step)
        except CheckerError as error:
            self._put(place, goal, proposal, None, str(error))
            return
        number = self._put(place, goal, proposal, verdict)
        self.observe(JudgedStep(goal, proposal, verdict))
        match verdict:
            case Refused():
                self.negatives += 1
            case Proved():
                self.solved.append(number)
                self.detours.append(_Detour(place.parent, place.focus, (number,), Proof(proposal.step)))
            case Advanced(after):
                await self._explore(place, number, proposal.step, after)

    async def _explore(self, place: _Place, number: int, step: Step, after: Goal) -> None:
        """Search below a candidate that holds; the steps tried there are recorded as its own."""
        shift = len(self.steps)
        found = await best_first(
            _View(self.session, after),
            self.proposer,
            budget=Budget(cpu_s=self.settings.explore_cpu_s, nodes=self._nodes()),
            observe=self.observe,
            record=lambda each: self._adopt(each, number, place.depth + 1, shift),
        )
        self.cpu_s += found.cpu_s + found.tidy_cpu_s
        below = found.fates
        self.solved += [each + shift for each in below.solved]
        self.given_up += [each + shift for each in below.given_up]
        if found.proof is not None:
            numbers = (number, *(each + shift for each in below.proof))
            self.solved += numbers
            self.detours.append(_Detour(place.parent, place.focus, numbers, Proof(step, (found.proof,))))
        elif found.ended == "exhausted":
            self.given_up.append(number)
            self.negatives += 1
        elif found.ended == "budget" and found.nodes > len(self.truth):
            self.negatives += 1

    def _nodes(self) -> int:
        return max(self.settings.explore_nodes, len(self.truth) + 1)

    def _adopt(self, step: Explored, number: int, depth: int, shift: int) -> None:
        """Take over a step of the search below step `number`."""
        parent = step.parent + shift if step.parent else number
        self._keep(replace(step, number=step.number + shift, parent=parent, depth=step.depth + depth))

    def _keep(self, step: Explored) -> None:
        self.steps.append(step)
        self.record(step)

    def _put(
        self, place: _Place, goal: Goal, proposal: Proposal, verdict: Verdict | None, message: str = ""
    ) -> int:
        number = len(self.steps) + 1
        self.cpu_s += 0.0 if verdict is None else verdict.cpu_s
        self._keep(
            Explored(
                number=number,
                parent=place.parent,
                focus=place.focus,
                depth=place.depth + 1,
                goal=goal,
                proposal=proposal,
                verdict=verdict,
                message=message,
                proposed=proposal.source != _FROM_SOURCE,
            )
        )
        return number

    def _proof(self, parent: int, focus: int, detour: _Detour | None = None) -> Proof | None:
        """The true proof of the goal at a place, along a detour where one is given."""
        if detour is not None and (parent, focus) == (detour.parent, detour.focus):
            return detour.proof
        here = next((one for one in self.taken if (one.parent, one.focus) == (parent, focus)), None)
        if here is None:
            return None
        below = sorted(one.focus for one in self.taken if one.parent == here.number)
        children = [self._proof(here.number, each, detour) for each in below]
        return Proof(here.step, tuple(child for child in children if child is not None))

    def _routes(self) -> Iterable[Route]:
        for detour in self.detours:
            whole = self._proof(0, WHOLE, detour)
            if whole is not None:
                yield Route(detour.parent, detour.focus, detour.steps, whole)

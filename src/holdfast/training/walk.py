"""Walk a true proof and try other steps on the way: what holds, what is refused, what goes astray.

Everything that is recorded is what the checker said. A step that differs from the one that stands in the
proof is not wrong for that: where it closes the goal, or a bounded search closes what it leaves, it is
another route, and never an example of what not to do.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.proofs import Proof
from holdfast.core.seams import Proposer, Session
from holdfast.core.steps import Advanced, Proposal, Proved, Refused, Step, Verdict
from holdfast.core.trajectories import WHOLE, Explored, Fates, JudgedStep, Observed
from holdfast.search.best_first import Budget, best_first
from holdfast.search.canonical import independent

__all__ = ["Route", "TrueStep", "Walk", "WalkSettings", "walk"]

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
    proof: Proof
    """Of that goal."""


@dataclass(frozen=True, slots=True)
class TrueStep:
    """A step of the true proof, where it was taken."""

    number: int
    parent: int
    focus: int
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What came of walking one proof."""

    steps: tuple[Explored, ...]
    """Every step that was tried, those of the true proof among them."""
    fates: Fates
    """The true proof, where all of it could be taken again; candidates that are known to lead on."""
    routes: tuple[Route, ...]
    """Other proofs, in the order in which they were found; none where the true proof was not taken whole."""
    taken: tuple[TrueStep, ...]
    """The steps of the true proof that were taken."""
    stopped: str = ""
    """Why the walk ended before the proof did."""
    undecided: bool = False
    """Whether that was for want of a verdict."""
    cpu_s: float = 0.0
    """CPU seconds that verdicts declared."""

    def proof(self, routes: Sequence[Route] = ()) -> Proof | None:
        """The true proof, along some routes that do not cross; None where not all of it could be taken."""
        if self.stopped or not self.taken:
            return None
        at = {(one.parent, one.focus): one for one in self.taken}
        return _built(at, {(route.parent, route.focus): route.proof for route in routes}, 0, WHOLE)

    def along(self, routes: Sequence[Route]) -> tuple[int, ...]:
        """The numbers of the steps of the proof that goes along some routes that do not cross."""
        left = {one.number for one in self.taken if any(self._is_below(one.number, each) for each in routes)}
        kept = {one.number for one in self.taken} - left
        return tuple(sorted(kept.union(*(route.steps for route in routes))))

    def apart(self, routes: Sequence[Route]) -> list[Route]:
        """The first of some routes, and all later ones that cross none before them."""
        chosen: list[Route] = []
        for route in routes:
            if not any(self._cross(route, other) for other in chosen):
                chosen.append(route)
        return chosen

    def _cross(self, one: Route, other: Route) -> bool:
        """Whether two routes cannot be gone both: they begin at one goal, or one leaves out the other."""
        if (one.parent, one.focus) == (other.parent, other.focus):
            return True
        return self._is_below(one.parent, other) or self._is_below(other.parent, one)

    def _is_below(self, number: int, route: Route) -> bool:
        """Whether a true step is not taken any more on a route."""
        at = {one.number: one for one in self.taken}
        while number in at:
            if (at[number].parent, at[number].focus) == (route.parent, route.focus):
                return True
            number = at[number].parent
        return False


def _built(
    at: Mapping[tuple[int, int], TrueStep],
    instead: Mapping[tuple[int, int], Proof],
    parent: int,
    focus: int,
) -> Proof:
    if (parent, focus) in instead:
        return instead[parent, focus]
    here = at[parent, focus]
    below = sorted(place[1] for place in at if place[0] == here.number)
    return Proof(here.step, tuple(_built(at, instead, here.number, each) for each in below))


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
    taken: list[TrueStep] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    solved: list[int] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)
    negatives: int = 0
    cpu_s: float = 0.0

    async def run(self) -> Walk:
        undecided = False
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
        numbers = () if stopped else tuple(each.number for each in self.taken)
        return Walk(
            steps=tuple(self.steps),
            fates=Fates(proof=numbers, solved=tuple(self.solved), given_up=tuple(self.given_up)),
            routes=() if stopped else tuple(self.routes),
            taken=tuple(self.taken),
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
        self.taken.append(TrueStep(number, place.parent, place.focus, Step(observed.step)))
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
                self.routes.append(Route(place.parent, place.focus, (number,), Proof(proposal.step)))
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
            self.routes.append(Route(place.parent, place.focus, numbers, Proof(step, (found.proof,))))
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

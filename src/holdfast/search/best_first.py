"""Best-first search over an AND/OR graph of goals: the likeliest next step anywhere comes first."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from holdfast.core.errors import CheckerError
from holdfast.core.goals import Goal
from holdfast.core.seams import Proposer, Session, Value
from holdfast.core.steps import Advanced, Proposal, Proved, RefusalReason, Refused, Step, Verdict
from holdfast.core.trajectories import Explored, Fates, JudgedStep
from holdfast.search.frontier import Frontier
from holdfast.search.graph import Graph
from holdfast.search.nodes import Drop, Edge, Node, Status
from holdfast.search.outcome import Budget, Counts, Ended, SearchResult, SearchSettings
from holdfast.search.replay import Broken, Meter, Played, play, proof_of, size
from holdfast.search.tidy import tidy
from holdfast.search.tracks import Tracks

__all__ = ["Budget", "Counts", "Ended", "SearchResult", "SearchSettings", "best_first"]

_MOST_FOCUS_FAILURES = 2


def _ignore(_judged: JudgedStep) -> None:
    """Observe nothing."""


async def best_first(
    session: Session,
    proposer: Proposer,
    *,
    budget: Budget,
    observe: Callable[[JudgedStep], None] = _ignore,
    record: Callable[[Explored], None] | None = None,
    value: Value | None = None,
    settings: SearchSettings | None = None,
) -> SearchResult:
    """Look for a proof of the session's root.

    The same session, proposer and settings give the same result: nothing is random and no clock is read.

    Args:
        session: a live proof; the caller closes it.
        proposer: ranks the steps for a goal; asked for more until it has no more.
        budget: what may be used.
        observe: told of each proposed step that has a verdict, in order; replays are not proposals.
        record: told of each proposed step, verdict or not, with its place in the tree of what was tried, and
            at the end of the steps that only the finished proof has. `SearchResult.fates` is for its use.
        value: estimates goals; its estimate times its weight is added to the log-probability of the path. A
            goal that it knows nothing of counts like the one that it came from. None for no value.
        settings: how to explore; None for the defaults.
    """
    tracks = None if record is None else Tracks(record)
    search = _Search(session, proposer, budget, observe, tracks, value, settings or SearchSettings())
    return await search.run()


@dataclass(slots=True)
class _Tally:
    """What was used and seen so far."""

    meter: Meter = field(default_factory=Meter)
    """CPU seconds with replays, steps without them."""
    proved: int = 0
    advanced: int = 0
    refused: Counter[RefusalReason] = field(default_factory=Counter)
    dropped: Counter[Drop] = field(default_factory=Counter)
    undecided: int = 0
    failures: int = 0
    """Calls of the session that gave no answer: steps, replays and changes of focus."""
    failures_in_a_row: int = 0
    left_out: int = 0
    """Goals that the session could not put in focus."""
    discarded: int = 0
    asked: int = 0


@dataclass(slots=True)
class _Search:
    session: Session
    proposer: Proposer
    budget: Budget
    observe: Callable[[JudgedStep], None]
    tracks: Tracks | None
    value: Value | None
    settings: SearchSettings
    graph: Graph = field(init=False)
    frontier: Frontier = field(init=False)
    tally: _Tally = field(default_factory=_Tally)

    def __post_init__(self) -> None:
        self.graph = Graph(self.settings.sibling_cost)
        self.frontier = Frontier(self.settings.exponent, self.budget.depth)
        self.graph.start(self.session.root)

    async def run(self) -> SearchResult:
        """Expand the best goal until something ends the search."""
        # Without a subgoal there is nothing to take a step at, and a proof has at least one.
        ended: Ended | None = None if self.session.root.subgoals else "exhausted"
        while ended is None:
            if self.graph.root.status is Status.PROVED:
                played = await self._confirm()
                if played is not None:
                    return await self._proved(played)
                ended = "undecided" if self._unreliable() else None
            else:
                ended = await self._go_on()
        return self._result(ended)

    async def _go_on(self) -> Ended | None:
        """Expand the best goal; why the search ends, if it does."""
        if self._unreliable():
            return "undecided"
        if self._spent():
            return "budget"
        await self._rank()
        node = self._next_node()
        if node is None:
            return self._why_empty()
        await self._expand(node)
        return None

    def _why_empty(self) -> Ended:
        """Steps without a verdict are untried steps, so nothing is exhausted where there are any."""
        if self.tally.undecided or self.tally.left_out:
            return "undecided"
        return "budget" if self.frontier.capped else "exhausted"

    async def _rank(self) -> None:
        """Put new and better placed goals in the queue."""
        if self.value is not None:
            await self._estimate(self.value)
        for node in self.graph.ranked:
            self.frontier.push(node)
        self.graph.ranked.clear()

    async def _estimate(self, value: Value) -> None:
        """Ask for all new goals at once."""
        new = list({node.number: node for node in self.graph.ranked if node.turn == 0}.values())
        goals = [Goal(node.part.subgoals, shelved=node.part.shelved) for node in new]
        estimates = await value.estimate(goals, self.session.root) if goals else ()
        for node, estimate in zip(new, estimates, strict=True):
            node.estimate = estimate
            if estimate is not None:
                node.value = value.weight * estimate
            elif node.via is not None:
                node.value = node.via.source.value

    def _next_node(self) -> Node | None:
        """The best goal that the root still needs; others leave the queue until a step leads there again."""
        while (node := self.frontier.pop()) is not None:
            if self.graph.needed(node):
                return node
        return None

    async def _expand(self, node: Node) -> None:
        """Apply the next few proposals at `node` and queue it again."""
        goal = await self._goal_of(node)
        if goal is not None:
            await self._take_turn(node, goal)
        if node.unreachable < _MOST_FOCUS_FAILURES:
            self.frontier.push(node)

    async def _take_turn(self, node: Node, goal: Goal) -> None:
        for count in range(self.settings.chunk):
            if node.cursor == len(node.offers) and not await self._fetch(node, goal):
                self.graph.close(node)
                return
            # What was just fetched may be less likely than what waits elsewhere.
            patience = self.settings.patience if count else 0.0
            if self.frontier.priority(node) < self.frontier.best() - patience:
                return
            await self._try(node, goal, node.offers[node.cursor])
            if node.status is not Status.OPEN or self._spent() or self._unreliable():
                return

    async def _goal_of(self, node: Node) -> Goal | None:
        """The session's goal for a node, put in focus on first use; None where the session failed."""
        if node.goal is None:
            try:
                node.goal = await self.session.focus(node.part.whole, node.part.index)
            except CheckerError:
                self._failed()
                node.unreachable += 1
                # Once may be chance; a goal that cannot be put in focus twice is left out, undecided.
                if node.unreachable == _MOST_FOCUS_FAILURES:
                    self.tally.left_out += 1
        return node.goal

    async def _fetch(self, node: Node, goal: Goal) -> bool:
        """Ask for proposals, more each time, until there is a new one or there are no more."""
        while node.more:
            node.asked += (self.settings.further or node.asked) if node.asked else self.settings.batch
            self.tally.asked += 1
            proposals = await self.proposer.propose(goal, node.asked)
            node.more = len(proposals) >= node.asked
            fresh = [proposal for proposal in proposals if proposal.step.text not in node.tried]
            if fresh:
                node.offers, node.cursor = fresh, 0
                return True
        return False

    async def _try(self, node: Node, goal: Goal, proposal: Proposal) -> None:
        """Judge one step and record what it leads to."""
        node.cursor += 1
        node.tried.add(proposal.step.text)
        self.tally.meter.nodes += 1
        try:
            verdict = await self.session.apply(goal, proposal.step)
        except CheckerError as error:
            self.tally.undecided += 1
            self._failed()
            if self.tracks is not None:
                self.tracks.judged(node, proposal, None, message=str(error))
            return
        self.tally.failures_in_a_row = 0
        self.tally.meter.cpu_s += verdict.cpu_s
        self.observe(JudgedStep(goal, proposal, verdict))
        outcome = self._record(node, proposal, verdict)
        await self._rank()
        if self.tracks is not None:
            self.tracks.judged(node, proposal, verdict, outcome)

    def _record(self, node: Node, proposal: Proposal, verdict: Verdict) -> Edge | Drop | None:
        """Take in a verdict; what the graph made of a step that advances."""
        match verdict:
            case Refused(reason):
                self.tally.refused[reason] += 1
            case Proved():
                self.tally.proved += 1
                self.graph.close_by(node, proposal)
            case Advanced(left):
                self.tally.advanced += 1
                outcome = self.graph.advance(node, proposal, left)
                if isinstance(outcome, Drop):
                    self.tally.dropped[outcome] += 1
                return outcome
        return None

    async def _confirm(self) -> Played | None:
        """Replay the root's proof; None where it does not hold or could not be replayed."""
        root = self.graph.root
        meter = Meter()
        try:
            played = await play(self.session, self.session.root, self.graph.proof(root), meter)
        except CheckerError:
            self._failed()
            return None
        finally:
            self.tally.meter.cpu_s += meter.cpu_s
        if isinstance(played, Broken):
            self.tally.failures_in_a_row = 0
            self.tally.discarded += 1
            self.graph.distrust(played.path)
            return None
        return played

    async def _proved(self, played: Played) -> SearchResult:
        shorter, used = await tidy(
            self.session,
            played,
            cpu_s=self.settings.tidy_cpu_s,
            nodes=self.settings.tidy_nodes,
            known=self._tried_in_vain,
        )
        return self._result("proved", shorter, size([played]), used.cpu_s)

    def _tried_in_vain(self, goal: Goal, step: Step) -> bool:
        node = self.graph.known(goal)
        if node is None or step.text not in node.tried:
            return False
        return not any(not edge.links and edge.proposal.step == step for edge in node.edges)

    def _spent(self) -> bool:
        meter, budget = self.tally.meter, self.budget
        cpu = meter.cpu_s >= budget.cpu_s
        if budget.nodes is None:
            return cpu
        steps = meter.nodes >= budget.nodes
        return (cpu and steps) if budget.both else (cpu or steps)

    def _failed(self) -> None:
        self.tally.failures += 1
        self.tally.failures_in_a_row += 1

    def _unreliable(self) -> bool:
        """Whether the checker failed so often that going on says more about it than about the goal."""
        in_a_row, in_all = self.settings.undecided_in_a_row, self.settings.undecided_in_all
        return self.tally.failures_in_a_row >= in_a_row or self.tally.failures >= in_all

    def _result(
        self, ended: Ended, played: Played | None = None, found_steps: int = 0, tidy_cpu_s: float = 0.0
    ) -> SearchResult:
        meter = self.tally.meter
        return SearchResult(
            ended=ended,
            proof=None if played is None else proof_of(played),
            cpu_s=meter.cpu_s,
            nodes=meter.nodes,
            found_cpu_s=None if played is None else meter.cpu_s,
            found_nodes=None if played is None else meter.nodes,
            tidy_cpu_s=tidy_cpu_s,
            found_steps=found_steps,
            counts=self._counts(),
            fates=Fates() if self.tracks is None else self.tracks.end(self.graph.nodes, played),
        )

    def _counts(self) -> Counts:
        tally = self.tally
        return Counts(
            applied=tally.meter.nodes,
            proved=tally.proved,
            advanced=tally.advanced,
            refused=dict(sorted(tally.refused.items())),
            undecided=tally.undecided,
            goals=len(self.graph.nodes),
            merged=self.graph.merged,
            loops=tally.dropped[Drop.LOOP],
            no_progress=tally.dropped[Drop.NO_PROGRESS],
            stuck=tally.dropped[Drop.STUCK],
            hopeless=tally.dropped[Drop.HOPELESS],
            dead=self.graph.dead,
            discarded=tally.discarded,
            asked=tally.asked,
        )

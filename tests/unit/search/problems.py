"""Sessions to search in: toy statements, abstract AND/OR problems, and a session that fails now and then."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from holdfast.checkers.toy.checker import ToyChecker
from holdfast.checkers.toy.session import ToySession
from holdfast.core.documents import Source
from holdfast.core.errors import CheckerDiedError
from holdfast.core.goals import Goal, Subgoal
from holdfast.core.seams import Session
from holdfast.core.steps import Advanced, Proposal, Proved, RefusalReason, Refused, Step, Verdict
from holdfast.models.toy import TableProposer
from holdfast.search.best_first import Budget, SearchResult, SearchSettings, best_first

# Ranked by the mean log-probability of the path, one step a turn, siblings free: easy to follow by hand.
PLAIN = SearchSettings(exponent=1.0, sibling_cost=0.0, chunk=1)


def source_of(statement: str, axioms: Sequence[str] = ()) -> Source:
    lines = [f"axiom {axiom}." for axiom in axioms]
    return Source("problem.toy", "\n".join([*lines, f"theorem t : {statement}.", "admitted.\n"]))


@asynccontextmanager
async def toy_session(statement: str, axioms: Sequence[str] = ()) -> AsyncIterator[ToySession]:
    checker, source = ToyChecker(), source_of(statement, axioms)
    (hole,) = checker.holes(source)
    async with checker.open(source) as reader:
        yield await reader.enter(hole)


async def audited(result: SearchResult, statement: str, axioms: Sequence[str] = ()) -> str:
    """What the audit says of a search's proof: `proved`, or why not."""
    checker, source = ToyChecker(), source_of(statement, axioms)
    (hole,) = checker.holes(source)
    assert result.proof is not None
    report = await checker.audit(checker.fill(source, {hole: result.proof}), source)
    (theorem,) = report.theorems
    return theorem.verdict if theorem.verdict == "proved" else theorem.message


@dataclass
class Trace:
    """A search with every step that it took: first conclusion, step, verdict."""

    steps: list[tuple[str, str, str]] = field(default_factory=list)
    result: SearchResult = field(default_factory=lambda: SearchResult(ended="exhausted"))


async def trace(
    statement: str,
    table: Mapping[str, Sequence[tuple[str, float]]],
    *,
    axioms: Sequence[str] = (),
    budget: Budget | None = None,
    settings: SearchSettings = PLAIN,
) -> Trace:
    seen = Trace()
    async with toy_session(statement, axioms) as session:
        seen.result = await best_first(
            session,
            TableProposer(table),
            budget=budget or Budget(nodes=500),
            observe=lambda judged: seen.steps.append(
                (
                    judged.goal.subgoals[0].conclusion,
                    judged.proposal.step.text,
                    type(judged.verdict).__name__.lower(),
                )
            ),
            settings=settings,
        )
    return seen


def texts(result: SearchResult) -> list[str]:
    assert result.proof is not None
    return [step.text for step in result.proof.steps()]


class AbstractSession:
    """A problem given as a table: goals are names, a step of a goal leaves the goals it lists."""

    def __init__(self, table: Mapping[str, Sequence[Sequence[str]]], root: str) -> None:
        self.table = table
        self.handles = 0
        self.root = self._goal([root])

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        name = goal.subgoals[0].conclusion
        moves = self.table.get(name, ())
        if not 0 <= int(step.text) < len(moves):
            return Refused(RefusalReason.NOT_APPLICABLE, "no such step", 0.001)
        left = self._goal([*moves[int(step.text)], *(sub.conclusion for sub in goal.subgoals[1:])])
        return Advanced(left, 0.001) if left.subgoals else Proved(left, 0.001)

    async def focus(self, goal: Goal, index: int) -> Goal:
        return self._goal([goal.subgoals[index].conclusion])

    def _goal(self, names: Sequence[str]) -> Goal:
        self.handles += 1
        return Goal(tuple(Subgoal((), name) for name in names), handle=self.handles)


class AbstractProposer:
    """Offers the steps of an abstract problem; their log-probabilities depend on their rank alone."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    async def propose(self, goal: Goal, count: int) -> Sequence[Proposal]:
        return [Proposal(Step(str(rank)), -0.5 - rank) for rank in range(self.steps)][:count]


def provable(table: Mapping[str, Sequence[Sequence[str]]], root: str) -> bool:
    """The least fixpoint, computed the plain way."""
    proved: set[str] = set()
    while True:
        more = {name for name, moves in table.items() if any(set(move) <= proved for move in moves)}
        if more <= proved:
            return root in proved
        proved |= more


class FailingSession:
    """A session whose calls fail, without effect, at chosen numbers."""

    def __init__(self, session: Session, failing: Callable[[int], bool]) -> None:
        self.session = session
        self.failing = failing
        self.calls = 0
        self.root = session.root

    async def apply(self, goal: Goal, step: Step) -> Verdict:
        self._call()
        return await self.session.apply(goal, step)

    async def focus(self, goal: Goal, index: int) -> Goal:
        self._call()
        return await self.session.focus(goal, index)

    def _call(self) -> None:
        self.calls += 1
        if self.failing(self.calls):
            raise CheckerDiedError("the checker died")

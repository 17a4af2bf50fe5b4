"""Keeps track of the steps of a search as a tree, for those who record it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from holdfast.core.goals import Goal
from holdfast.core.steps import Advanced, Proposal, Proved, Verdict
from holdfast.core.trajectories import WHOLE, Explored, Fates
from holdfast.search.nodes import Drop, Edge, Node, Status
from holdfast.search.replay import Played

__all__ = ["Tracks"]


@dataclass(slots=True)
class Tracks:
    """Tells each step with its place, and at the end what became of it.

    A goal that several steps lead to has the place of the step that found it first, so that every step
    can be taken again by following its places down from the root.
    """

    tell: Callable[[Explored], None]
    _edges: dict[int, Edge] = field(default_factory=dict)
    """By the number of the step that made it."""
    _places: dict[tuple[int, int, str], int] = field(default_factory=dict)
    """The number of each step that holds, by parent, focus and text."""
    _depths: dict[int, int] = field(default_factory=lambda: {0: 0})
    _doubtful: set[int] = field(default_factory=set)
    """Nodes at which a step had no verdict, or was dropped for what search thought of another goal."""
    _count: int = 0

    def judged(
        self,
        node: Node,
        proposal: Proposal,
        verdict: Verdict | None,
        outcome: Edge | Drop | None = None,
        message: str = "",
    ) -> None:
        """Take in the next step that search tried at `node`."""
        self._count += 1
        if verdict is None or outcome in {Drop.LOOP, Drop.HOPELESS}:
            # A step back to a goal above is of no use there, but closes this goal where that one is closed.
            self._doubtful.add(node.number)
        if isinstance(outcome, Edge):
            self._edges[self._count] = outcome
            for link in outcome.links:
                link.part.number = self._count
        parent, focus = node.part.number, node.part.index
        assert node.goal is not None
        self._put(
            Explored(
                number=self._count,
                parent=parent,
                focus=focus,
                depth=self._depths[parent] + 1,
                goal=node.goal,
                proposal=proposal,
                verdict=verdict,
                dropped=outcome.value if isinstance(outcome, Drop) else "",
                message=message,
                value=_value(outcome),
            )
        )

    def _put(self, step: Explored) -> None:
        self._depths[step.number] = step.depth
        if isinstance(step.verdict, Advanced | Proved):
            self._places.setdefault((step.parent, step.focus, step.proposal.step.text), step.number)
        self.tell(step)

    def end(self, nodes: list[Node], proof: Played | None) -> Fates:
        """Tell the steps that only the finished proof has; what became of all others."""
        doubtful = self._above(nodes, self._doubtful)
        solved, given_up = [], []
        for number, edge in self._edges.items():
            below = [link.node for link in edge.links]
            if all(node.status is Status.PROVED for node in below):
                solved.append(number)
            elif any(node.status is Status.DEAD and node.number not in doubtful for node in below):
                given_up.append(number)
        steps = () if proof is None else tuple(self._finish(proof, 0, WHOLE))
        return Fates(proof=steps, solved=tuple(solved), given_up=tuple(given_up))

    def _above(self, nodes: list[Node], doubtful: set[int]) -> set[int]:
        """The nodes given, by number, and all that a step leads from to one of them."""
        waiting, seen = sorted(doubtful), set(doubtful)
        for number in waiting:
            above = [edge.source.number for edge in nodes[number].parents if edge.source.number not in seen]
            seen.update(above)
            waiting += above
        return seen

    def _finish(self, played: Played, parent: int, focus: int) -> Iterator[int]:
        number = self._places.get((parent, focus, played.step.text))
        if number is None:
            number = self._add(played, parent, focus)
        yield number
        apart = len(played.children) > 1
        for index, child in enumerate(played.children):
            yield from self._finish(child, number, index if apart else WHOLE)

    def _add(self, played: Played, parent: int, focus: int) -> int:
        self._count += 1
        left = [child.goal for child in played.children]
        verdict: Verdict
        if len(left) == 1:
            verdict = Advanced(left[0])
        elif left:
            verdict = Advanced(Goal(tuple(goal.subgoals[0] for goal in left)))
        else:
            verdict = Proved(Goal(()))
        self._put(
            Explored(
                number=self._count,
                parent=parent,
                focus=focus,
                depth=self._depths[parent] + 1,
                goal=played.goal,
                proposal=Proposal(played.step, 0.0, ""),
                verdict=verdict,
                proposed=False,
            )
        )
        return self._count


def _value(outcome: Edge | Drop | None) -> float | None:
    """Of all that a step leaves, together; None where any of it is unknown."""
    if not isinstance(outcome, Edge) or not outcome.links:
        return None
    values = [link.node.estimate for link in outcome.links]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None

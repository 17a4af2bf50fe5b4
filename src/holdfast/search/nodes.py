"""What the AND/OR graph of a search is made of: goals, steps that hold, and the subgoals that steps leave."""

from dataclasses import dataclass, field
from enum import Enum

from holdfast.core.goals import Goal, Subgoal
from holdfast.core.steps import Proposal
from holdfast.search.canonical import Canonical

__all__ = ["Drop", "Edge", "Link", "Node", "Part", "Status"]


class Status(Enum):
    """What is known of a goal."""

    OPEN = "open"
    PROVED = "proved"
    DEAD = "dead"


class Drop(Enum):
    """Why an advancing step was not kept."""

    NO_PROGRESS = "no_progress"
    LOOP = "loop"
    STUCK = "stuck"
    HOPELESS = "hopeless"


@dataclass(slots=True, eq=False)
class Part:
    """A subgoal, or whole state, that a step leaves."""

    whole: Goal
    index: int
    """Which subgoal of `whole`; -1 for all of it."""
    forms: tuple[Canonical, ...] = ()
    key: str = ""
    """Empty where the text alone was enough to find the node."""
    number: int = 0
    """The step that left it, as `Explored.number`; 0 for the root, and where nobody keeps track."""

    @property
    def goal(self) -> Goal | None:
        """The session's goal, None where it still has to be put in focus."""
        return self.whole if self.index < 0 else None

    @property
    def subgoals(self) -> tuple[Subgoal, ...]:
        """What is in focus."""
        return self.whole.subgoals if self.index < 0 else (self.whole.subgoals[self.index],)

    @property
    def shelved(self) -> tuple[Subgoal, ...]:
        """What is set aside; a subgoal of several independent ones has none."""
        return self.whole.shelved if self.index < 0 else ()


@dataclass(slots=True, eq=False)
class Node:
    """One goal: a subgoal alone in focus, or a whole state whose subgoals hang together."""

    number: int
    """Position in the order of discovery."""
    part: Part
    depth: int
    """Steps on the best path from the root."""
    logprob: float
    """Sum of the log-probabilities on the best path, less what open siblings cost."""
    via: "Edge | None"
    """The last step of the best path; None at the root."""
    goal: Goal | None = None
    """The session's goal; None until it is put in focus."""
    parents: "list[Edge]" = field(default_factory=list)
    edges: "list[Edge]" = field(default_factory=list)
    """Steps taken here that are still hoped for."""
    status: Status = Status.OPEN
    proof: "Edge | None" = None
    closed: bool = False
    """Everything offered here was tried."""
    value: float = 0.0
    """What is added to the path's log-probability: the weighted estimate, or that of the goal before."""
    estimate: float | None = None
    """The logarithm of the chance that the goal can be proved, None for unknown."""
    offers: list[Proposal] = field(default_factory=list)
    cursor: int = 0
    """How many of `offers` were applied."""
    asked: int = 0
    """How many proposals the last request asked for."""
    more: bool = True
    """Whether the proposer may have proposals beyond `offers`."""
    tried: set[str] = field(default_factory=set)
    unreachable: int = 0
    """How often the session failed to put the goal in focus."""
    turn: int = 0
    """Raised whenever the node is ranked anew, so that older ranks are known as such."""


@dataclass(slots=True, eq=False)
class Link:
    """One subgoal that a step leaves, as that step shows it, and the node that stands for it."""

    node: Node
    part: Part
    borrowed: bool
    """The node was made for an equal goal somewhere else."""


@dataclass(slots=True, eq=False)
class Edge:
    """A step that holds at `source`; without links it closes its goal."""

    source: Node
    proposal: Proposal
    links: tuple[Link, ...]
    dead: bool = False

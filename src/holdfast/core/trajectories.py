"""Every judged step, as data to learn from; and what became of each theorem."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, TypeAlias

from holdfast.core.goals import Goal
from holdfast.core.steps import Proposal, Verdict

__all__ = [
    "SCHEMA_VERSION",
    "WHOLE",
    "Declared",
    "Explored",
    "Fates",
    "JudgedStep",
    "Label",
    "Observed",
    "SearchOrigin",
    "TheoremRecord",
    "TheoremStatus",
    "TrajectoryRow",
    "is_learnable",
]

SCHEMA_VERSION = 2
"""Of `TrajectoryRow`, `SearchOrigin` and `TheoremRecord`; raised when a field changes its meaning."""

WHOLE = -1
"""As a focus: all subgoals of the state together."""

Label: TypeAlias = Literal["positive", "negative", "unknown"]
"""Of a step: on an audited proof; known to lead nowhere; neither. See `holdfast.core.labels`."""

TheoremStatus: TypeAlias = Literal["proved", "not_found", "undecided", "error"]
"""Of a theorem: audited; searched in vain; too few verdicts; not searched, because something broke."""


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """A goal, the step proposed there and the verdict on it."""

    goal: Goal
    proposal: Proposal
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that a source puts in force, for retrieval: a theorem, a definition, an inductive type."""

    name: str
    """Fully qualified in a library (`Coq.Arith.PeanoNat.Nat.add_comm`), else its path in the file."""
    kind: str
    """`theorem`, `definition`, `inductive` or `constructor`."""
    statement: str
    """The statement as the checker prints it; empty where the checker was not asked."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A step that an existing proof takes at a goal, as read from a source."""

    theorem: str
    goal: Goal
    step: str
    """The sentence as written, white space folded, without its final period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """One step of a search with its place in the tree of what was tried; number 0 is the root's state."""

    number: int
    """Counts the steps of a search from 1; steps that only the finished proof has come after all others."""
    parent: int
    """The step whose state this one was taken in, 0 for the root."""
    focus: int
    """Which subgoal of that state it was taken at, `WHOLE` for all of them together."""
    depth: int
    """Steps from the root to the state that it leaves, by way of `parent`."""
    goal: Goal
    """What it was taken at, in focus."""
    proposal: Proposal
    verdict: Verdict | None
    """None where the checker gave none."""
    dropped: str = ""
    """Why search dropped a step that holds: `loop`, `no_progress`, `stuck` or `hopeless`."""
    message: str = ""
    """Why there is no verdict."""
    value: float | None = None
    """The logarithm of the chance that what it leaves can be proved, where a value was asked and knew."""
    proposed: bool = True
    """Whether search tried it; a step that only the finished proof has was not proposed by anybody."""


@dataclass(frozen=True, slots=True)
class Fates:
    """What search knows at its end of the steps that it tried, by their numbers."""

    proof: tuple[int, ...] = ()
    """The steps of the proof as it was returned."""
    solved: tuple[int, ...] = ()
    """Steps that hold and leave nothing that is not proved."""
    given_up: tuple[int, ...] = ()
    """Steps that hold and leave a goal at which everything offered failed, each time with a verdict."""
    others: tuple[tuple[int, ...], ...] = ()
    """The steps of further proofs that passed the audit too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOrigin:
    """What all steps of one search of one theorem share: what was searched, by whom, judged by whom."""

    search: str
    """The name of the search: unique among searches, the same whenever the records are read."""
    theorem_name: str
    file: str
    """The source that the theorem stands in, as the list of theorems names it."""
    language: str
    statement: str = ""
    proposer: str = ""
    """Who was asked: `knn`, `model` or `mixed`."""
    model: str = ""
    """The language model asked, empty for none."""
    prompt_version: str = ""
    value: str = ""
    """What estimated goals, empty for nobody."""
    seed: int = 0
    checker_tool: str = ""
    checker_version: str = ""
    checker_libraries: str = ""
    """The digest of the libraries that the checker loads."""
    sandbox: str = ""
    """How what ran was kept apart, as a level of the sandbox; empty where nothing ran."""
    learnable: bool = False
    """Whether the verdicts may be learned from; see `is_learnable`."""
    config_digest: str = ""
    attempt: int = 1
    """The number of this search of the theorem, from 1; errors are tried again."""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryRow:
    """One step of a search, or its root. Nothing unknown is given a number: it is None.

    Together with the `SearchOrigin` of its search, and the label that the end of the search brings, this
    is one row of a store of trajectories.
    """

    search: str
    state_id: int
    """`Explored.number`; 0 for the root."""
    parent_state_id: int | None
    """The row whose state the step was taken in; None for the root."""
    focus: int
    """Which subgoal of that state, 0-based; `WHOLE` for all of them together."""
    depth_from_root: int
    state_before: str | None
    """The goal that the step was taken at, as text; None for the root."""
    tactic: str
    """Empty for the root."""
    state_after: str | None
    """What the step leaves, subgoals a blank line apart, empty where nothing; None where it does not hold."""
    verdict: Literal["advanced", "proved", "refused", "undecided", "root"]
    reason: str = ""
    """The word for a refusal, or for why search dropped a step that holds."""
    message: str = ""
    """The checker's own words, cut to what people read."""
    source: str = ""
    """Which proposer offered the step."""
    proposed: bool = True
    """Whether search tried it; False for steps that only the finished proof has."""
    llm_log_prob: float | None = None
    """Natural logarithm of the proposer's probability of this step alone."""
    ebm_score: float | None = None
    """Natural logarithm of the estimated chance that what the step leaves can be proved."""
    cpu_s: float | None = None
    """CPU seconds that the checker declared for the step."""
    checker_ms: float | None = None
    """Time by the clock that the checker took."""
    proposer_ms: float | None = None
    """Time by the clock that the proposer took before this step, since the step before it."""
    value_ms: float | None = None
    timestamp_ms: int = 0
    """When the verdict was known, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheoremRecord:
    """What became of one search of one theorem."""

    search: str
    theorem: str
    file: str
    language: str
    status: TheoremStatus
    statement: str = ""
    reason: str = ""
    """Why it is not proved; empty when it is."""
    proof: str = ""
    """The proof as text, in the checker's own language; empty where there is none."""
    steps: tuple[str, ...] = ()
    """Its steps, parents before children."""
    tree: Mapping[str, Any] | None = field(default=None, compare=False)
    """The same as `Proof.to_json` gives it, to be replayed."""
    audited: bool = False
    """Whether the audit passed it; nothing else makes a proof."""
    axioms: tuple[str, ...] = ()
    cpu_s: float = 0.0
    """CPU seconds of the checker that the search used."""
    wall_s: float = 0.0
    nodes: int = 0
    """Steps that were judged."""
    found_cpu_s: float | None = None
    """The least budget of CPU seconds that finds the proof, None where there is none."""
    found_nodes: int | None = None
    """The least budget of steps that finds it."""
    ended: str = ""
    """Why the search ended: `proved`, `budget`, `exhausted` or `undecided`; empty where there was none."""
    tokens: int = 0
    """Tokens that language models read and wrote for it."""
    learnable: bool = True
    """Whether nothing came up that forbids to learn from the verdicts, as far as that was known before."""
    config_digest: str = ""
    attempt: int = 1
    fates: Fates = field(default_factory=Fates)
    schema_version: int = SCHEMA_VERSION

    @property
    def key(self) -> tuple[str, str]:
        """What tells the theorem from all others: its file and its name."""
        return self.file, self.theorem

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The record that `to_json` wrote. Raises KeyError or TypeError on other data."""
        told = {name: tuple(numbers) for name, numbers in data["fates"].items()}
        others = tuple(tuple(numbers) for numbers in told.pop("others", ()))
        fates = Fates(**told, others=others)
        listed = {name: tuple(data[name]) for name in ("steps", "axioms")}
        return cls(**{**data, **listed, "fates": fates})


def is_learnable(*, level: str, weak: bool = False) -> bool:
    """Whether what was judged may be learned from: the one rule for all that records or trains.

    Args:
        level: how what ran was kept apart, as a level of the sandbox; without walls, a program could have
            written its own verdict.
        weak: whether a verdict rests on the program's own word.
    """
    return level != "none" and not weak

"""What agents get back; every field is always there."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from holdfast.apps.problems import Reason
from holdfast.search.suggest import Mark

__all__ = [
    "AuditResult",
    "CheckResult",
    "Checked",
    "DoctorResult",
    "GoalResult",
    "HoleOutcome",
    "PremiseFound",
    "PremiseResult",
    "ProblemResult",
    "ProveResult",
    "ReportResult",
    "Result",
    "SuggestResult",
    "TheoremVerdict",
]


class Result(BaseModel):
    """What all results have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemResult(Result):
    """There is no answer."""

    reason: Reason
    """Why, as a word of a closed list."""
    message: str
    """One sentence that names cause and cure."""
    timed_out: bool
    """Whether time ran out; nothing is known then, and asking again may help."""


class GoalResult(Result):
    """What is left to do at a place."""

    goals: tuple[str, ...]
    """The goals in focus; a step acts on the first."""
    behind: int
    """How many goals wait outside the focus, behind bullets and braces."""
    shelved: int
    given_up: int
    """How many goals were admitted on the way here: the proof is not one until they are done."""
    notes: tuple[str, ...]


class Checked(Result):
    """A step and what came of it."""

    text: str
    verdict: Mark
    """`closes` and `progress` hold, `refused` does not; `undecided` and `unchecked` say nothing of it."""
    source: str
    """Who offered it."""
    logprob: float
    remaining: tuple[str, ...] | None
    """The goals that it leaves, where it holds."""
    reason: str
    """Why it was refused: syntax, unknown_name, type_mismatch, no_progress, not_applicable, timeout, memory,
    forbidden or other. Empty where it was not."""
    message: str
    """The checker's own words, where it was refused or undecided."""
    timed_out: bool
    """Whether this step used up its own time."""
    cpu_s: float


class SuggestResult(Result):
    """Steps at a place, judged."""

    goals: tuple[str, ...]
    steps: tuple[Checked, ...]
    answer: str
    """What `report` takes; empty where there is no step."""
    notes: tuple[str, ...]
    timed_out: bool
    """Whether some were left unchecked for want of time."""


class ReportResult(Result):
    """It is kept, and known to the next suggestion."""

    learned: bool


class HoleOutcome(Result):
    """What became of one hole."""

    name: str
    line: int
    status: Literal["proved", "not_found", "undecided"]
    """`undecided`: the checker or the time failed, and nothing is known of the hole."""
    reason: str
    """Why it is not proved."""
    remark: str
    """What a proof rests on, or which tests a body passed."""
    steps: tuple[str, ...]
    axioms: tuple[str, ...]
    cpu_s: float
    tried: int
    """How many steps were judged."""


class ProveResult(Result):
    """What became of the holes of a file."""

    holes: tuple[HoleOutcome, ...]
    diff: str
    """What was found, as a patch; empty where nothing was."""
    written: bool
    """Whether the file was changed."""
    notes: tuple[str, ...]
    timed_out: bool


class TheoremVerdict(Result):
    """The judgement on one theorem or function."""

    name: str
    line: int
    verdict: Literal["proved", "refused"]
    reason: str
    message: str
    axioms: tuple[str, ...]


class AuditResult(Result):
    """The judgement on a file."""

    proved: bool
    """Whether every theorem is proved, the file as a whole is sound, and there was anything to judge."""
    theorems: tuple[TheoremVerdict, ...]
    """With an original, those that differ from it."""
    problems: tuple[str, ...]
    """What is wrong with the file as a whole."""
    checks: tuple[str, ...]
    """Which layers of the audit ran."""


class PremiseFound(Result):
    """A theorem, definition or inductive type."""

    name: str
    kind: str
    statement: str
    docstring: str
    """The comment in front of it, empty where there is none."""
    file: str
    line: int
    """0 where it stands in no source, as what a functor makes."""
    score: float


class PremiseResult(Result):
    """Theorems and definitions, best first."""

    premises: tuple[PremiseFound, ...]
    searched: int
    """Among how many names."""


class CheckResult(Result):
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "missing", "broken", "low"]
    detail: str
    needed: bool
    """Whether `prove` cannot run without it."""


class DoctorResult(Result):
    """What is installed."""

    ready: bool
    """Whether `prove` can run."""
    checks: tuple[CheckResult, ...]
    fix: str
    """The command that installs what is missing."""

"""What is asked of a workroom, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.core.documents import Source
from holdfast.core.goals import Goal
from holdfast.core.seams import EventSink
from holdfast.pipelines.results import Filled
from holdfast.runtime.sinks import NullSink
from holdfast.search.suggest import Suggestion

__all__ = ["Found", "Proved", "Spot", "Wish", "WorkroomSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkroomSettings:
    """How questions are answered."""

    cache: Path
    """The folder for what is kept from one run to the next."""
    files: int = 4
    """How many files are kept read."""
    searches: int = 2
    """How many proofs and audits are under way at the same time; more wait for their turn."""
    learn_s: float = 30.0
    """Seconds that reading libraries may take when a file is opened; for Rocq."""
    unsafe: bool = False
    """Whether code may run without a sandbox where none works."""
    model: str | None = None
    """A language model that is asked beside the embedded proposers."""
    premises: int = 0
    """How many theorems its prompts name, 0 for none; for Rocq."""
    lean_backend: str = "auto"
    rocq_backend: str = "coqidetop"
    """What steps through proofs, as `--lean-backend` and `--rocq-backend` say it."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Where the keys of models are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a version of a file."""

    path: Path
    source: Source
    offset: int
    """In characters; what stands before it counts."""
    tests: tuple[Source, ...] = ()
    """Test files; for Python."""


@dataclass(frozen=True, slots=True)
class Found:
    """What can be done at a place."""

    goal: Goal
    suggestions: tuple[Suggestion, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences on what should be known, or could not be done."""
    timed_out: bool = False
    """Whether some were left unchecked for want of time."""
    answer: str = ""
    """What to name when one of the suggestions is reported on; empty where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to prove in a version of a file, and how hard to try."""

    path: Path
    source: Source
    names: tuple[str, ...] = ()
    """Just these theorems or functions, proved already or not; none for every hole."""
    holes: tuple[str, ...] = ()
    """Just these holes of the file; none for all of them."""
    tests: tuple[Source, ...] = ()
    budget_s: float = 10.0
    """CPU seconds for each hole."""
    limit_s: float = 600.0
    """Seconds after which the search is broken off."""
    jobs: int = 1
    accept: bool = False
    """Whether a Python hole whose tests a trivial body passes is filled all the same."""
    sink: EventSink = field(default_factory=NullSink)


@dataclass(frozen=True, slots=True)
class Proved:
    """What became of a wish."""

    filled: Filled
    """The text with what the audit has passed, and what became of each hole."""
    advice: tuple[str, ...] = ()
    timed_out: bool = False
    remarks: dict[str, str] = field(default_factory=dict)
    """What a proved hole rests on, or which tests it passed, by its name."""

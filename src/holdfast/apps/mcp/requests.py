"""What agents ask for; every field is checked before anything is done."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AtPlace",
    "AuditRequest",
    "DoctorRequest",
    "GoalRequest",
    "PremiseRequest",
    "ProveRequest",
    "ReportRequest",
    "Request",
    "SuggestRequest",
    "TryRequest",
]

_LONGEST_TEXT = 4_000_000
_LONGEST_STEP = 20_000
_LONGEST_WAIT_S = 600

File = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="A .v, .py or .lean file, relative to the folder that the server was started on.",
    ),
]
Text = Annotated[
    str | None,
    Field(
        max_length=_LONGEST_TEXT,
        description="What the file says in your draft; null for what it says on disk.",
    ),
]
Seconds = Annotated[float, Field(gt=0, le=_LONGEST_WAIT_S, description="Longest wait, in seconds.")]
Tests = Annotated[
    tuple[File, ...],
    Field(max_length=20, description="Files of tests on a .py file, beside those in the file itself."),
]


class Request(BaseModel):
    """What all requests have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AtPlace(Request):
    """A place in a version of a file."""

    file: File
    line: Annotated[int, Field(ge=1, description="Counted from 1.")]
    column: Annotated[
        int | None,
        Field(
            ge=1,
            description="Counted from 1, in characters; null for the first word of the line, behind bullets. "
            "What ends before the place has been run, what stands behind it may be unfinished.",
        ),
    ] = None
    text: Text = None
    tests: Tests = ()


class GoalRequest(AtPlace):
    """What is left to prove at a place, or what is wanted of a function of a .py file."""

    limit_s: Seconds = 60.0


class SuggestRequest(AtPlace):
    """Steps (tactics; in .py files function bodies) that could be taken at a place, each judged there.

    Those that close the goal come first, then those that make progress, then those refused with the reason.
    A verdict is no proof: audit decides.
    """

    prefix: Annotated[
        str, Field(max_length=_LONGEST_STEP, description="What every suggestion begins with.")
    ] = ""
    count: Annotated[int, Field(ge=1, le=100)] = 10
    check: Annotated[bool, Field(description="Whether the checker judges them.")] = True
    limit_s: Seconds = 30.0


class TryRequest(AtPlace):
    """Try many steps at the same place, each on its own, and say what comes of each; nothing is changed."""

    steps: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=_LONGEST_STEP)], ...],
        Field(
            min_length=1,
            max_length=100,
            description="One tactic each (its final period may be left out), or one function body each.",
        ),
    ]
    limit_s: Seconds = 60.0


class ReportRequest(Request):
    """Say what became of a step that suggest or try_steps has judged: taken or given up.

    Later suggestions learn from it.
    """

    answer: Annotated[
        str, Field(min_length=1, max_length=200, description="The answer that suggest or try_steps gave.")
    ]
    step: Annotated[str, Field(min_length=1, max_length=_LONGEST_STEP)]
    accepted: Annotated[bool, Field(description="Whether it stands in the file now.")] = True


class ProveRequest(Request):
    """Search for proofs of the holes of a file (Admitted, admit, sorry), or bodies of unwritten functions.

    What is found is audited in a fresh process; only what passes comes back, as a diff. The file is changed
    only with write.
    """

    file: File
    text: Text = None
    names: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...],
        Field(max_length=200, description="Just these theorems or functions, done anew; none for all holes."),
    ] = ()
    tests: Tests = ()
    budget_s: Annotated[float, Field(gt=0, le=600, description="CPU seconds for each hole.")] = 10.0
    limit_s: Seconds = 300.0
    accept: Annotated[
        bool, Field(description="Whether to fill functions whose tests a trivial body passes, too.")
    ] = False
    write: Annotated[bool, Field(description="Whether to put what was found into the file.")] = False


class AuditRequest(Request):
    """Re-check a whole file in a fresh process: which theorems are proved, from which axioms, and why not."""

    file: File
    text: Text = None
    original: Annotated[
        str | None,
        Field(
            max_length=4096,
            description="The file that statements and assumptions must be unchanged from; null takes the "
            "file at its word.",
        ),
    ] = None
    tests: Tests = ()
    limit_s: Seconds = 300.0


class PremiseRequest(Request):
    """Find theorems and definitions by words: parts of names, and symbols that statements speak of."""

    query: Annotated[
        str, Field(min_length=1, max_length=2000, description="Such as `add_comm`, or `length app`.")
    ]
    file: Annotated[
        str | None,
        Field(
            max_length=4096, description="A .v file: what it rests on is searched. Null for all installed."
        ),
    ] = None
    libraries: Annotated[
        tuple[str, ...],
        Field(max_length=50, description="Libraries, or beginnings of their names: `Coq.Lists`, `mathcomp`."),
    ] = ()
    count: Annotated[int, Field(ge=1, le=100)] = 10


class DoctorRequest(Request):
    """What is installed, what is missing, and the command that installs it."""

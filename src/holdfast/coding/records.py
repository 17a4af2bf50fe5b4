"""What the workshop is asked and what it answers: plain frozen records that can be stored and sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from holdfast.models.usage import Price

__all__ = [
    "Answer",
    "Candidate",
    "Case",
    "CaseReport",
    "Edit",
    "Finding",
    "Happening",
    "Judged",
    "LanguageInfo",
    "Limits",
    "Listener",
    "ModelInfo",
    "Piece",
    "Place",
    "Refusal",
    "RefusalKind",
    "Request",
    "RunRequest",
    "RunResult",
    "Stage",
    "Suggested",
    "TestReport",
    "TestRequest",
    "Usage",
    "Worked",
]

RefusalKind: TypeAlias = Literal["unclear", "impossible", "unsafe", "empty", "leak", "review", "other"]
"""`unclear`, `impossible`, `unsafe`: the model says so. `empty`: there is no program in the answer. `leak`:
it repeats what only the instructions say. `review`: the model that looks over answers objects."""

_Number = TypeVar("_Number", int, float)

FindingKind: TypeAlias = Literal["syntax", "truncated", "secret", "invisible", "edit", "size", "unchecked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The sizes that hold on this side, whatever a client says."""

    task_chars: int = 20_000
    code_chars: int = 200_000
    feedback_chars: int = 20_000
    """Of one remark."""
    feedback_total_chars: int = 40_000
    """Of all remarks in one prompt; the oldest but the first are cut beyond that."""
    answer_tokens: int = 8_192
    answer_chars: int = 400_000
    """A model that writes more than this is stopped."""
    answer_s: float = 600.0
    """Seconds that an answer may take, from the first word on its way to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Code that is wanted, or wanted otherwise."""

    model: str
    """A name of `Workshop.models`; nothing else is looked for."""
    language: str
    """A name of `Workshop.languages`."""
    task: str
    """What was asked for first."""
    feedback: tuple[str, ...] = ()
    """All that was said of it since, oldest first."""
    reference: str | None = None
    """The last version that was good; never an error text. None where there is none yet."""
    limits: Limits = Limits()
    temperature: float = 0.2
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a text something is; 1-based, 0 when unknown."""

    line: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no code, or none that is given out."""

    kind: RefusalKind
    message: str
    """One sentence for people; what a model says is plain text and is shown as such."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was noticed about an answer."""

    kind: FindingKind
    severity: Literal["error", "warning"]
    """With an error the code is no good version: it is shown, and no later turn builds on it."""
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `search` stood exactly once in the reference and gave way to `replace`."""

    search: str
    replace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer took."""

    prompt_tokens: int | None = None
    """As the model counts them; None where it does not tell."""
    completion_tokens: int | None = None
    pieces: int = 0
    """Pieces that came, which is about one a token with most servers."""
    first_s: float | None = None
    """Seconds until the first piece, None where none came."""
    wall_s: float = 0.0
    calls: int = 1
    """How often a model was asked."""
    cost: float | None = None
    """None where the model has no price, or does not tell how many tokens it took."""
    currency: str = ""
    """Of the cost; empty where that is not known."""

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; unknown where one is unknown."""
        if not self.calls or not other.calls:
            return other if not self.calls else self
        is_one = self.currency == other.currency
        return Usage(
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
            pieces=self.pieces + other.pieces,
            first_s=self.first_s if self.first_s is not None else other.first_s,
            wall_s=self.wall_s + other.wall_s,
            calls=self.calls + other.calls,
            cost=_sum(self.cost, other.cost) if is_one else None,
            currency=self.currency if is_one else "",
        )


def _sum(first: _Number | None, second: _Number | None) -> _Number | None:
    return None if first is None or second is None else first + second


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a request."""

    code: str = ""
    """The whole program; empty exactly where there is a refusal."""
    edits: tuple[Edit, ...] = ()
    """The changes that were made to the reference, where the model answered with changes."""
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = ()
    said: str = ""
    """What the model wrote beside the code: plain text."""
    text: str = ""
    """The whole answer as the model wrote it."""
    usage: Usage = Usage()

    @property
    def good(self) -> bool:
        """Whether later turns may build on it."""
        return self.refusal is None and not any(each.severity == "error" for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A program to run."""

    language: str
    code: str
    stdin: str = ""
    args: tuple[str, ...] = ()
    wall_s: float = 10.0
    """Seconds for the run; compiling has its own."""
    memory_mb: int = 512
    """In units of 2**20 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How a program ran. Whatever it did is a result; that the sandbox failed is an exception."""

    stage: Literal["compile", "run", "check"]
    """`compile` where it did not compile; `check` for proofs, which are checked instead of run."""
    stdout: str
    """As text, what is no UTF-8 replaced, control characters written as `\\xNN`; so is `stderr`."""
    stderr: str
    exit: int
    """Negative for the signal that ended it."""
    ended: str
    """`exit`, or why it was killed: `signal`, `timeout`, `cpu`, `memory`, `disk`, `output`, `killed`."""
    cpu_s: float
    wall_s: float
    memory_mb: float | None
    """The most that was seen in use at once, in units of 2**20 bytes; None where nobody looked."""
    isolation: str
    """How it was kept apart from the machine, as a level of the sandbox."""
    missing: tuple[str, ...] = ()
    """What this level does not hold here, in words."""
    place: Place | None = None
    """The line of the program that the last error message points at."""

    @property
    def ok(self) -> bool:
        """Whether it ended by itself and says that all is well."""
        return self.ended == "exit" and self.exit == 0


@dataclass(frozen=True, slots=True)
class Case:
    """A run of the whole program and what it has to print."""

    stdout: str
    """What is wanted on standard output, but for white space at the ends of lines and of the text."""
    stdin: str = ""
    args: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRequest:
    """A program to test."""

    __test__ = False  # this is no test of pytest's

    language: str
    code: str
    tests: str = ""
    """For Python: assertions, test functions or a doctest text; the program is the module `solution`."""
    cases: tuple[Case, ...] = ()
    """For any language that runs here."""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """The verdict on one test, or on one theorem."""

    name: str
    passed: bool
    reason: str = ""
    """A word of the checker's closed list, empty where it passed."""
    message: str = ""
    """One sentence for people, and feedback for models."""
    weak: bool = False
    """Whether the verdict rests on the program's own word."""
    line: int = 0
    """Of the test or theorem, 1-based, 0 when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """The verdict on one program."""

    __test__ = False

    cases: tuple[CaseReport, ...] = ()
    problem: str = ""
    """Why nothing could be judged: no tests, a text that cannot be read, a program that does not compile."""
    faulty_tests: bool = False
    """Whether the tests are missing or cannot be read, so that no program could pass them."""
    cpu_s: float = 0.0
    wall_s: float = 0.0
    isolation: str = ""
    axioms: tuple[str, ...] = ()
    """All that the proofs rest on, for provers."""

    @property
    def passed(self) -> bool:
        """Whether there are tests and all of them passed."""
        return bool(self.cases) and not self.problem and all(case.passed for case in self.cases)

    @property
    def weak(self) -> bool:
        """Whether a test that passed rests on the program's own word."""
        return any(case.weak for case in self.cases if case.passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Tests that a model proposes; they are the model's, and a person's to accept."""

    tests: str = ""
    cases: tuple[Case, ...] = ()
    refusal: Refusal | None = None
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One answer among several, judged."""

    answer: Answer
    report: TestReport | None
    """None where it was not tested, because it is no good version."""
    refused: str
    """Why it was not taken, a sentence; empty for one that passed everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What became of several attempts: rounds of repair, or the best of several answers."""

    candidates: tuple[Candidate, ...]
    """In the order in which they came."""
    chosen: int | None
    """The number of the best one, 0-based; None where no answer holds a program."""
    passed: bool = False
    """Whether the chosen one passed all tests."""
    usage: Usage = field(default_factory=lambda: Usage(calls=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageInfo:
    """A language, and what can be done with it on this machine."""

    name: str
    title: str
    """For people, such as `C++`."""
    suffix: str
    """Of a file, with its period."""
    runs: bool
    """Whether programs run here."""
    tests: Literal["python", "cases", "proofs", ""]
    """`python`: test files and cases; `cases`: input and output; `proofs`: theorems; empty: none."""
    reason: str = ""
    """Why it does not run, and what helps; empty where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that may be asked."""

    name: str
    about: str
    state: Literal["absent", "loading", "ready", "failed"]
    percent: int = 0
    """How far it is loaded, where it says so."""
    reason: str = ""
    """Why it could not be loaded."""
    demo: bool = False
    memory_mb: float = 0.0
    """What it takes here while it is loaded, in units of 2**20 bytes; 0 for one that is there at once."""
    price: Price | None = None
    """Of a million tokens; None where nobody said."""
    currency: str = ""
    """Of the price; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a model's answer, as it comes: plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Work goes over to something else."""

    name: str
    """`loading`, `asking`, `whole` (asking once more), `reviewing`, `compiling`, `running`, `testing` or
    `repairing`."""
    detail: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One of several candidates has been judged."""

    number: int
    """0-based."""
    candidate: Candidate


Happening: TypeAlias = Piece | Stage | Judged
Listener: TypeAlias = Callable[[Happening], None]
"""Told what goes on, in the event loop's thread; it must not block and must not raise."""

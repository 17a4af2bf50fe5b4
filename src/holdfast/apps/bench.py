"""What a command needs to fill the holes of a file, whatever its language."""

import importlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from holdfast.apps.languages import language_of
from holdfast.core.documents import Hole, Source
from holdfast.core.identity import CheckerIdentity
from holdfast.core.seams import Checker, EventSink, Learner
from holdfast.models.recall import Recall
from holdfast.pipelines.results import Filled, HoleResult
from holdfast.search.best_first import SearchSettings

__all__ = ["Bench", "ProofBench", "Recalls", "Task", "open_bench", "recall_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One file to work on."""

    path: Path
    source: Source
    sink: EventSink
    """Told of what is noticed while the file is opened."""
    cache: Path
    """The folder for what is kept from one run to the next."""
    jobs: int = 1
    learn_s: float = 30.0
    """Seconds that reading libraries may take before the first hole; for Rocq."""
    budget_s: float = 10.0
    """CPU seconds for each hole."""
    tests: tuple[Source, ...] = ()
    """Test files; for Python."""
    python: Path | None = None
    """The interpreter, or the environment, whose libraries a program finds; for Python."""
    accept: bool = False
    """Whether a hole whose tests a trivial body passes is filled all the same; for Python."""
    strengthen: bool = False
    """Whether to look for tests that tell passing bodies apart; for Python."""
    unsafe: bool = False
    """Whether code may run without a sandbox where none works."""
    embedded: bool = True
    """Whether the embedded proposers are wanted; where not, nothing is read or learned for them."""
    premises: int = 0
    """How many theorems prompts for a language model name, 0 for none; for Rocq."""
    retrieved: int = 0
    """How many theorems that the index of premises finds are offered, 0 for none; for Rocq."""
    lean_backend: str = "auto"
    """What steps through Lean proofs: a word of `holdfast.apps.lean.backends.LeanBackend`."""
    rocq_backend: str = "coqidetop"
    """What steps through Rocq proofs: a word of `holdfast.apps.rocq.backends.RocqBackend`."""


class Bench(Protocol):
    """A checker and all that goes with it, for one file. What it holds it gives back when it is closed."""

    @property
    def checker(self) -> Checker:
        """The judge."""
        ...

    @property
    def identity(self) -> CheckerIdentity:
        """Who judges: results are bound to it."""
        ...

    @property
    def level(self) -> str:
        """How what runs is kept apart from the machine, as a level of the sandbox."""
        ...

    @property
    def settings(self) -> SearchSettings | None:
        """How to search, None for the defaults."""
        ...

    async def prepare(
        self, source: Source, holes: Sequence[Hole], sink: EventSink
    ) -> Mapping[str, HoleResult]:
        """Get ready for the holes; the results of those that are not to be searched, by name.

        Raises UserError where the file or what goes with it cannot be worked on.
        """
        ...

    def make_learner(self) -> Learner:
        """The proposer of one worker."""
        ...

    def charged(self, result: HoleResult) -> HoleResult:
        """The result of a search with what the proposer used for it added to its CPU seconds."""
        ...

    def again(self, filled: Filled) -> Sequence[str]:
        """The names of holes that can only be tried now that others are filled."""
        ...

    async def advise(self, filled: Filled) -> Sequence[str]:
        """Paragraphs for people on what was found, the results aside."""
        ...

    def details(self, result: HoleResult) -> Mapping[str, object]:
        """What the record of a hole says beside what every record says."""
        ...

    def remark(self, result: HoleResult) -> str:
        """What the table says of a hole that is proved."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A bench that knows theorems which prompts can name."""

    def make_recall(self) -> Recall | None:
        """What one worker asks for them; None where they are not wanted. The bench is prepared."""
        ...


def recall_of(bench: Bench) -> Recall | None:
    """What finds theorems for the prompts of one worker; None where there is nothing to find."""
    return bench.make_recall() if isinstance(bench, Recalls) else None


class ProofBench:
    """What benches of provers have in common: there is nothing to add to what search and audit say."""

    __slots__ = ()

    def charged(self, result: HoleResult) -> HoleResult:
        """As it is: what proposing takes is little beside the prover."""
        return result

    def again(self, filled: Filled) -> Sequence[str]:
        """None: an open theorem stands in nobody's way."""
        del filled
        return ()

    async def advise(self, filled: Filled) -> Sequence[str]:
        """Nothing."""
        del filled
        return ()

    def details(self, result: HoleResult) -> Mapping[str, object]:
        """Nothing more."""
        del result
        return {}

    def remark(self, result: HoleResult) -> str:
        """What the proof rests on."""
        return f"rests on {', '.join(result.axioms)}" if result.axioms else ""


def open_bench(task: Task) -> AbstractAsyncContextManager[Bench]:
    """What it takes to work on a file. Raises MissingToolError, SandboxUnavailableError, UserError."""
    module = importlib.import_module(f"holdfast.apps.{language_of(task.path)}.bench")
    opened: AbstractAsyncContextManager[Bench] = module.open_bench(task)
    return opened

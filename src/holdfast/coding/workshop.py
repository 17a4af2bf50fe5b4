"""Code by request: ask a model, keep what holds, run and test it. The one door for apps.

To cancel what is under way, cancel the task that awaits it: the model's stream is closed, and the processes
in the sandbox are killed, before the cancellation comes through.
"""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from holdfast.coding.authoring import Author
from holdfast.coding.languages import LANGUAGES, Language, describe, language_named
from holdfast.coding.loops import Loops
from holdfast.coding.proofs import Prover, check_proofs, ran
from holdfast.coding.records import (
    Answer,
    LanguageInfo,
    Listener,
    ModelInfo,
    Request,
    RunRequest,
    RunResult,
    Suggested,
    TestReport,
    TestRequest,
    Worked,
)
from holdfast.coding.running import run
from holdfast.coding.talking import wait_for
from holdfast.core.errors import SandboxUnavailableError, UserError
from holdfast.models.states import Absent, Failed, Loading, ModelShelf, Ready
from holdfast.models.usage import Price
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Offer", "Workshop", "deaf"]


def deaf(happening: object) -> None:
    """The listener of those who want to hear nothing."""
    del happening


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as it is offered."""

    about: str
    """One sentence for people."""
    demo: bool = False
    """Whether it only shows what the app can do."""
    price: Price | None = None
    """Of a million tokens; None where it is not known."""
    currency: str = "USD"
    """Of the price."""


class Workshop:
    """Everything that is done with code. Belongs to one event loop; calls may be under way side by side.

    Args:
        shelf: the models, by the names under which they are offered; closed with the workshop.
        offers: what is said of them.
        sandbox: where programs run, or why they do not.
        provers: the checkers of languages whose programs are proofs, or a clause that says why there is none.
        packages: folders with the libraries that tests of Python find, such as pytest's.
        reviewer: the model that looks over every answer, None for nobody.
        clock: seconds, counting up.
    """

    def __init__(
        self,
        shelf: ModelShelf,
        offers: Mapping[str, Offer],
        *,
        sandbox: Sandbox | SandboxUnavailableError,
        provers: Mapping[str, Prover | str] | None = None,
        packages: Sequence[Path] = (),
        reviewer: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Load and start nothing yet."""
        self._shelf = shelf
        self._offers = dict(offers)
        self._sandbox = sandbox
        self._provers = dict(provers or {})
        self._packages = tuple(packages)
        parsing = sandbox if isinstance(sandbox, Sandbox) else None
        tariff = {name: (each.price, each.currency) for name, each in self._offers.items() if each.price}
        self._author = Author(shelf, reviewer=reviewer, clock=clock, sandbox=parsing, tariff=tariff)

    @property
    def isolation(self) -> str:
        """How programs are kept apart from the machine, as a level of the sandbox; empty where none runs."""
        return str(self._sandbox.level) if isinstance(self._sandbox, Sandbox) else ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What that level does not hold here, in words; where no program runs, why."""
        return self._sandbox.missing if isinstance(self._sandbox, Sandbox) else (str(self._sandbox),)

    def languages(self) -> tuple[LanguageInfo, ...]:
        """All languages, with what can be done with each here."""
        return tuple(self._described(each) for each in LANGUAGES.values())

    def models(self) -> tuple[ModelInfo, ...]:
        """The models that may be asked, in the order of the configuration."""
        return tuple(self._model_info(name) for name in self._shelf.names())

    async def load(self, model: str, listener: Listener = deaf) -> None:
        """Load a model ahead; giving up waiting does not end the load.

        Raises UnknownModelError, and ModelUnreachableError where it cannot be loaded.
        """
        await wait_for(self._shelf, model, listener)

    async def generate(self, request: Request, listener: Listener = deaf) -> Answer:
        """A new program. Raises UserError on a request that cannot be, ModelError."""
        return await self._author.generate(request, language_named(request.language), listener)

    async def adjust(self, request: Request, listener: Listener = deaf) -> Answer:
        """The request's reference, changed as all its remarks ask; without a reference, a new program.

        Changes are applied to the letter; where they do not fit, the model is asked once more, for the whole
        program. Raises as `generate` does.
        """
        return await self._author.adjust(request, language_named(request.language), listener)

    async def mend(self, request: Request, output: str, listener: Listener = deaf) -> Answer:
        """The request's reference, mended after a run that printed `output`. Raises as `generate` does."""
        return await self._author.mend(request, output, language_named(request.language), listener)

    async def suggest_tests(self, request: Request, listener: Listener = deaf) -> Suggested:
        """Tests for the request's reference, as a model proposes them. Raises as `generate` does."""
        return await self._author.suggest_tests(request, language_named(request.language), listener)

    async def repair(
        self, request: Request, tests: TestRequest, *, rounds: int = 3, listener: Listener = deaf
    ) -> Worked:
        """Test `tests.code`, and have the request's model mend what fails, at most `rounds` times.

        The first candidate is `tests.code` itself. Raises as `generate` and `test` do.
        """
        return await Loops(self._author, self.test, listener).repair(
            request, tests, language_named(request.language), rounds=rounds
        )

    async def best_of(
        self, request: Request, tests: TestRequest, *, count: int = 4, listener: Listener = deaf
    ) -> Worked:
        """Several answers to one request, each tested by `tests` (their code is not looked at).

        Answers are drawn one after the other until one passes everything. Raises as `generate` and `test` do.
        """
        return await Loops(self._author, self.test, listener).best_of(
            request, tests, language_named(request.language), count=count
        )

    async def run(self, request: RunRequest, listener: Listener = deaf) -> RunResult:
        """Run a program; a proof is checked instead.

        Raises UserError where the language does not run here, SandboxUnavailableError,
        InfrastructureError where the sandbox or the checker fails.
        """
        language = self._running(request.language)
        if language.tests == "proofs":
            return ran(await check_proofs(request.code, language, self._provers, listener))
        return await run(request, language, self._sandboxed(), listener)

    async def test(self, request: TestRequest, listener: Listener = deaf) -> TestReport:
        """The verdict of tests on a program, or of the checker on proofs. Raises as `run` does."""
        language = self._running(request.language)
        if language.tests == "proofs":
            return await check_proofs(request.code, language, self._provers, listener)
        sandbox = self._sandboxed()
        testing = importlib.import_module("holdfast.coding.testing")  # it brings all of the grader along
        report: TestReport = await testing.test(request, language, sandbox, self._packages, listener)
        return report

    async def aclose(self) -> None:
        """End all loads and close all models."""
        await self._shelf.aclose()

    def _model_info(self, name: str) -> ModelInfo:
        offer = self._offers.get(name, Offer(""))
        currency = offer.currency if offer.price else ""
        info = ModelInfo(
            name=name,
            about=offer.about,
            state="absent",
            demo=offer.demo,
            memory_mb=self._shelf.memory_mb(name),
            price=offer.price,
            currency=currency,
        )
        state = self._shelf.state(name)
        match state:
            case Ready():
                return replace(info, state="ready", percent=100)
            case Loading(percent=percent):
                return replace(info, state="loading", percent=percent)
            case Failed(reason=reason):
                return replace(info, state="failed", reason=reason)
            case Absent():
                return info
            case _:
                assert_never(state)

    def _described(self, language: Language) -> LanguageInfo:
        prover = self._provers.get(language.name)
        return describe(
            language,
            self._sandbox.level if isinstance(self._sandbox, Sandbox) else None,
            no_sandbox="" if isinstance(self._sandbox, Sandbox) else str(self._sandbox),
            prover=prover if prover is None or isinstance(prover, str) else "",
        )

    def _running(self, name: str) -> Language:
        language = language_named(name)
        described = self._described(language)
        if described.runs:
            return language
        if isinstance(self._sandbox, SandboxUnavailableError) and language.run:
            raise self._sandbox
        raise UserError(f"{language.title} does not run here: {described.reason}")

    def _sandboxed(self) -> Sandbox:
        if isinstance(self._sandbox, SandboxUnavailableError):
            raise self._sandbox
        return self._sandbox

"""Asks models for code and keeps what holds of their answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from holdfast.coding.answers import json_in, misfit_in, read_answer
from holdfast.coding.asking import Asked, Purpose, ask, ask_whole, check_sizes
from holdfast.coding.grammars import look
from holdfast.coding.languages import Language
from holdfast.coding.parsing import check
from holdfast.coding.records import (
    Answer,
    Case,
    Limits,
    Listener,
    Refusal,
    Request,
    Stage,
    Suggested,
    Usage,
)
from holdfast.coding.talking import Told, listen, wait_for
from holdfast.core.completions import Sampling
from holdfast.core.errors import UserError
from holdfast.models.states import ModelShelf
from holdfast.models.usage import Price
from holdfast.runtime.sandbox.sandbox import Sandbox

__all__ = ["Author"]

_MOST_CASES = 20


class _Case(BaseModel):
    """A case as a model writes it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stdout: str
    stdin: str = ""
    args: tuple[str, ...] = ()
    name: str = Field("", max_length=200)


_CASES = TypeAdapter(tuple[_Case, ...])


@dataclass(frozen=True, slots=True)
class Author:
    """Asks for programs, changes, repairs and tests.

    Every method raises UserError on a request that is empty or too long, and ModelError.
    """

    shelf: ModelShelf
    reviewer: str | None
    """The model that looks over answers, None for nobody."""
    clock: Callable[[], float]
    sandbox: Sandbox | None
    """Where programs are read by their grammars; None where nothing runs."""
    tariff: Mapping[str, tuple[Price, str]]
    """What models cost, and in which currency."""

    async def generate(self, request: Request, language: Language, listener: Listener) -> Answer:
        """A new program."""
        check_sizes(request)
        asked = ask(request, "generate", title=language.title, fence=language.fences[0])
        told = await self._told(request, asked, listener)
        answer = read_answer(told.text, asked, language, limits=request.limits, cut=told.cut)
        return await self._finished(request, replace(answer, usage=told.usage), language, listener)

    async def adjust(self, request: Request, language: Language, listener: Listener) -> Answer:
        """The reference changed, or a new program where there is none."""
        if request.reference is None or not request.reference.strip():
            return await self.generate(replace(request, reference=None), language, listener)
        check_sizes(request)
        asked = ask(request, "adjust", title=language.title, fence=language.fences[0])
        told = await self._told(request, asked, listener)
        answer = self._read(told, asked, request, language)
        problem = "" if answer.code and answer.good else misfit_in(told.text, request.reference)
        if not problem:
            return await self._finished(request, replace(answer, usage=told.usage), language, listener)
        listener(Stage("whole", problem))
        again = await self._told(
            request, ask_whole(asked, told.text, problem, fence=language.fences[0]), listener
        )
        answer = self._read(again, asked, request, language)
        usage = told.usage + again.usage
        return await self._finished(request, replace(answer, usage=usage), language, listener)

    async def mend(self, request: Request, output: str, language: Language, listener: Listener) -> Answer:
        """The reference mended, whose tests said `output`."""
        check_sizes(request)
        asked = ask(request, "repair", title=language.title, fence=language.fences[0], output=output)
        told = await self._told(request, asked, listener)
        answer = self._read(told, asked, request, language)
        return await self._finished(request, replace(answer, usage=told.usage), language, listener)

    async def suggest_tests(self, request: Request, language: Language, listener: Listener) -> Suggested:
        """Tests for the reference; in Python a test file, elsewhere cases."""
        check_sizes(request)
        if not language.tests or language.tests == "proofs":
            raise UserError(f"programs in {language.title} are not tested here")
        if request.reference is None or not request.reference.strip():
            raise UserError("there is no program to write tests for: generate one first")
        is_python = language.tests == "python"
        purpose: Purpose = "tests_python" if is_python else "tests_cases"
        asked = ask(request, purpose, title=language.title, fence=language.fences[0])
        told = await self._told(request, asked, listener)
        found = _test_file(told, asked, language) if is_python else _cases(told)
        return replace(found, usage=told.usage)

    def _read(self, told: Told, asked: Asked, request: Request, language: Language) -> Answer:
        return read_answer(
            told.text, asked, language, reference=request.reference, limits=request.limits, cut=told.cut
        )

    async def _told(self, request: Request, asked: Asked, listener: Listener, model: str = "") -> Told:
        name = model or request.model
        await wait_for(self.shelf, name, listener)
        sampling = Sampling(
            temperature=request.temperature, max_tokens=request.limits.answer_tokens, seed=request.seed
        )
        listener(Stage("asking", name))
        async with self.shelf.get(name) as chosen:
            told = await listen(
                chosen, asked.messages, sampling, limits=request.limits, listener=listener, clock=self.clock
            )
        return replace(told, usage=self._priced(name, told.usage))

    def _priced(self, model: str, usage: Usage) -> Usage:
        price, currency = self.tariff.get(model, (None, ""))
        if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
            return usage
        cost = price.of(usage.prompt_tokens, usage.completion_tokens)
        return replace(usage, cost=cost, currency=currency)

    async def _finished(
        self, request: Request, answer: Answer, language: Language, listener: Listener
    ) -> Answer:
        """The answer with what its grammar says of it, and looked over where that is wanted."""
        if not answer.code:
            return answer
        wrong = await look(answer.code, language, self.sandbox)
        if wrong is not None:
            answer = replace(answer, findings=(*answer.findings, wrong))
        return await self._reviewed(request, answer, language, listener)

    async def _reviewed(
        self, request: Request, answer: Answer, language: Language, listener: Listener
    ) -> Answer:
        """The answer, refused where the model that looks over answers objects, or does not say yes."""
        if self.reviewer is None:
            return answer
        listener(Stage("reviewing", self.reviewer))
        asked = ask(request, "review", title=language.title, fence=language.fences[0], answer=answer.code)
        calm = replace(request, temperature=0.0, limits=replace(request.limits, answer_tokens=512))
        told = await self._told(calm, asked, _quiet(listener), self.reviewer)
        usage = answer.usage + told.usage
        said = json_in(told.text)
        match said:
            case {"accept": True}:
                return replace(answer, usage=usage)
            case {"accept": False, "reason": str(reason)}:
                message = " ".join(reason.split())[:300] or "it does not say why"
            case _:
                message = "it gave no clear answer"
        refusal = Refusal("review", f"the model that looks over answers objects: {message}")
        return Answer(
            refusal=refusal, findings=answer.findings, text=answer.text, said=answer.said, usage=usage
        )


def _quiet(listener: Listener) -> Listener:
    """A listener that is told everything but what a reviewer writes."""

    def told(happening: object) -> None:
        if isinstance(happening, Stage):
            listener(happening)

    return told


def _test_file(told: Told, asked: Asked, language: Language) -> Suggested:
    answer = read_answer(told.text, asked, language, limits=Limits(), cut=told.cut)
    if answer.refusal is not None:
        return Suggested(refusal=answer.refusal)
    wrong = check(answer.code, language)
    if wrong is not None:
        return Suggested(
            refusal=Refusal("other", f"the tests that the model wrote cannot be read: {wrong.message}")
        )
    return Suggested(tests=answer.code)


def _cases(told: Told) -> Suggested:
    try:
        found = _CASES.validate_python(json_in(told.text))
    except ValidationError:
        return Suggested(refusal=Refusal("other", "the model wrote no list of cases; ask again"))
    if not found:
        return Suggested(refusal=Refusal("empty", "the model wrote no cases; ask again"))
    cases = (Case(each.stdout, each.stdin, each.args, each.name) for each in found[:_MOST_CASES])
    return Suggested(cases=tuple(cases))

"""Asking a language model for rows of a dataset: nothing is paid twice, and never more than is allowed.

Every answer is kept the moment it is whole, with the tokens that it took and what they cost. A run that was
killed finds it there. What an answer belongs to is the model and the question, in every word.
"""

import asyncio
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import BadAnswerError, HoldfastError, ModelError, ModelUnreachableError
from holdfast.core.seams import LanguageModel
from holdfast.models.answer_cache import AnswerCache
from holdfast.models.usage import Ledger, Price, Total, Usage
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.spending import Account, AskSettings, Pace

__all__ = [
    "CALLS",
    "Asked",
    "Asker",
    "Meter",
    "Record",
    "Unusable",
    "estimate",
    "kept",
    "names_in",
    "record_in",
    "side_by_side",
]

_T = TypeVar("_T")
_S = TypeVar("_S")
_R = TypeVar("_R", bound=BaseModel)

CALLS = 2
"""Answers to one question, at most: where the first cannot be used, it is asked for once more."""
_VERSION = 1
_NAME = re.compile(r"[^\W\d][\w']*")
_TRIES = 3
"""How often an answer that broke off on the way is asked for."""
_BYTES_A_TOKEN = 4
"""About, where nobody counted them."""
_PICTURE_BYTES = 4000
"""What a picture counts as: about a thousand tokens."""
_FEWEST_BYTES_A_TOKEN = 2
"""Of a text before it is sent: what it may cost at most rests on this."""


class Unusable(Exception):  # noqa: N818 - what a model says badly is a finding, not an error
    """Why an answer cannot be used, in words for the model."""


class Record(BaseModel):
    """One answer, as it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    text: str
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    cost: float | None = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Asked(Generic[_T]):
    """What came of a question, mending included."""

    value: _T | None
    """None where the answer could not be used."""
    problem: str
    """Why not; empty where it could."""
    measures: Mapping[str, float]
    """`calls`, `prompt_tokens`, `completion_tokens` and, with prices, `cost` of all answers below it;
    one that was paid before counts as well, also when another question had the same words."""


_CALL: ContextVar[list[Usage] | None] = ContextVar("call", default=None)


class Meter(Ledger):
    """A ledger that also tells each question what it used itself."""

    def record(self, usage: Usage) -> None:
        """Add one request."""
        super().record(usage)
        call = _CALL.get()
        if call is not None:
            call.append(usage)


class Asker:
    """Asks one model; for the workers of one event loop.

    Args:
        model: who is asked.
        identity: what tells it from all others; datasets of another model are other datasets.
        cache: where answers are kept.
        prices: what a million tokens cost, by model.
        settings: how it is asked.
    """

    def __init__(
        self,
        model: LanguageModel,
        identity: str,
        cache: AnswerCache,
        prices: Mapping[str, Price],
        settings: AskSettings,
    ) -> None:
        """Ask nothing yet; what is kept already counts as spent."""
        self.identity = identity
        self.settings = settings
        self._model = model
        self._cache = cache
        self._account = Account(settings.max_cost, prices, sum(each.cost or 0.0 for each in kept(cache)))
        self._pace = Pace(settings)
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._useless = 0
        self.stopped: ModelError | None = None
        """Why no more questions are asked; None while they are."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(
        self,
        step: str,
        prompt: Prompt,
        values: Mapping[str, str],
        read: Callable[[str], _T],
        *,
        images: Sequence[str] = (),
    ) -> Asked[_T]:
        """Ask, and where the answer cannot be used once more with the reason.

        Args:
            step: for which step, as the costs are told.
            prompt: what to ask.
            values: what stands in its places.
            read: makes something of the text; raises Unusable or ValidationError where that cannot be.
            images: pictures behind it, as `Message` has them.

        Raises:
            SpentError: it may cost more than is left.
            ModelError: there is no answer, or too many in a row could not be used.
        """
        turns = prompt.ask(values, images)
        measures = Counter[str]()
        problem = ""
        for _ in range(CALLS):
            record = await self._answer(step, turns, prompt.sampling)
            measures.update(_measures(record))
            try:
                value = read(record.text)
            except (Unusable, ValidationError) as error:
                problem = _problem(error)
                turns = prompt.mend(turns, record.text, problem)
            else:
                self._useless = 0
                return Asked(value, "", dict(measures))
        self._useless += 1
        if self._useless >= self.settings.useless:
            self.stopped = BadAnswerError(
                f"{self.name}: {self._useless} answers in a row could not be used, the last one because"
                f" {problem}: name another model"
            )
            raise self.stopped
        return Asked(None, problem, dict(measures))

    async def _answer(self, step: str, turns: Sequence[Message], sampling: Sampling) -> Record:
        key = self._key(turns, sampling)
        async with self._turns[key]:
            found = self._kept(key)
            if found is not None:
                return found
            async with self._slots:
                return await self._pay(key, step, turns, sampling)

    def _kept(self, key: str) -> Record | None:
        found = self._cache.get(key)
        try:
            return None if found is None else Record.model_validate_json(found)
        except ValidationError:
            return None  # damaged, or another version's: as good as unknown

    def knows(self, prompt: Prompt, values: Mapping[str, str], images: Sequence[str] = ()) -> bool:
        """Whether the first answer to a question is kept."""
        return self._kept(self._key(prompt.ask(values, images), prompt.sampling)) is not None

    async def _pay(self, key: str, step: str, turns: Sequence[Message], sampling: Sampling) -> Record:
        if self.stopped is not None:
            raise self.stopped
        cost = 0.0
        try:
            reserved = await self._account.reserve(self._most(turns, sampling))
            try:
                await self._pace.wait()
                record = await self._chat(step, turns, sampling)
                self._cache.put(key, self.name, record.model_dump_json())
                cost = record.cost or 0.0
            finally:
                await self._account.settle(reserved, cost)
        except ModelError as error:
            self.stopped = error
            raise
        return record

    async def _chat(self, step: str, turns: Sequence[Message], sampling: Sampling) -> Record:
        usages: list[Usage] = []
        token = _CALL.set(usages)
        try:
            text = await self._whole(turns, sampling)
        finally:
            _CALL.reset(token)
        if not usages:
            sent = _bytes_of(turns)
            usages.append(self._usage(sent, len(text.encode()), _BYTES_A_TOKEN))
        return Record(
            step=step,
            text=text,
            prompt_tokens=sum(usage.prompt_tokens for usage in usages),
            completion_tokens=sum(usage.completion_tokens for usage in usages),
            cost=self._account.cost(usages),
        )

    async def _whole(self, turns: Sequence[Message], sampling: Sampling) -> str:
        for left in reversed(range(_TRIES)):
            try:
                return "".join([piece async for piece in self._model.chat(turns, sampling)])
            except (BadAnswerError, ModelUnreachableError):
                if not left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def _most(self, turns: Sequence[Message], sampling: Sampling) -> float | None:
        """What a question may cost at most, all tries counted once."""
        sent = _bytes_of(turns)
        usage = self._usage(sent, sampling.max_tokens * _FEWEST_BYTES_A_TOKEN, _FEWEST_BYTES_A_TOKEN)
        return self._account.cost([usage])

    def _usage(self, sent: int, received: int, bytes_a_token: int) -> Usage:
        return Usage(
            model=self.name,
            prompt_tokens=-(-sent // bytes_a_token),
            completion_tokens=-(-received // bytes_a_token),
        )

    def _key(self, turns: Sequence[Message], sampling: Sampling) -> str:
        whole = [_VERSION, "ask", self.identity, [turn.record() for turn in turns], asdict(sampling)]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def kept(cache: AnswerCache) -> Iterator[Record]:
    """All answers that a cache holds of questions asked here."""
    for answer in cache.answers():
        try:
            yield Record.model_validate_json(answer)
        except ValidationError:
            continue  # a vector, or another version's


async def side_by_side(items: Sequence[_T], handle: Callable[[_T], Awaitable[_S]]) -> AsyncIterator[_S]:
    """What `handle` makes of each item, as it comes; where one fails the others end, then it is raised."""
    tasks = [asyncio.ensure_future(handle(item)) for item in items]
    failed: HoldfastError | None = None
    try:
        for done in asyncio.as_completed(tasks):
            try:
                result = await done
            except HoldfastError as error:
                failed = failed or error
            else:
                yield result
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
    if failed is not None:
        raise failed


def estimate(turns: Sequence[Message], answer_tokens: int, name: str, prices: Mapping[str, Price]) -> Total:
    """What a question uses, about, by the length of its texts."""
    sent = _bytes_of(turns)
    ledger = Ledger(prices)
    prompt_tokens = -(-sent // _BYTES_A_TOKEN)
    ledger.record(Usage(model=name, prompt_tokens=prompt_tokens, completion_tokens=answer_tokens))
    return ledger.totals()[name]


def _bytes_of(turns: Sequence[Message]) -> int:
    """The length of a question; pictures count as so much text."""
    return sum(len(turn.text.encode()) + _PICTURE_BYTES * len(turn.images) for turn in turns)


def names_in(text: str) -> frozenset[str]:
    """Whatever in a text might be a name."""
    return frozenset(_NAME.findall(text))


def record_in(text: str, kind: type[_R]) -> _R:
    """The JSON object that an answer holds, as a record. Raises Unusable or ValidationError."""
    first, last = text.find("{"), text.rfind("}")
    if first < 0 or last < first:
        raise Unusable("there is no JSON object in it")
    return kind.model_validate_json(text[first : last + 1])


def _measures(record: Record) -> dict[str, float]:
    measures: dict[str, float] = {
        "calls": 1,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
    }
    return measures if record.cost is None else {**measures, "cost": record.cost}


def _problem(error: Unusable | ValidationError) -> str:
    if isinstance(error, Unusable):
        return str(error)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])

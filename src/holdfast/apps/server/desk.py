"""What the server knows and does, whatever shape it is asked in."""

import asyncio
import contextlib
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from holdfast.apps.advice import Suggests, advise
from holdfast.apps.kept import InUseError
from holdfast.apps.lessons import Answers, Lesson, Lessons, UnknownAnswerError
from holdfast.apps.live import LiveDocument
from holdfast.apps.pupil import MakeLearner, taught
from holdfast.apps.rocq.live import RocqLive, RocqLiveSettings
from holdfast.apps.rocq.recalling import MakeRecall, open_recall
from holdfast.apps.rocq.workbench import Workbench, make_learner
from holdfast.apps.server.apart import Apart
from holdfast.apps.server.asks import Ask, GoalSeen, Part, Remark
from holdfast.apps.server.documents import Documents, MakeDocument
from holdfast.apps.server.errors import Fault, FaultError
from holdfast.apps.server.flights import Flights, SupersededError
from holdfast.apps.server.goals import read_goal
from holdfast.apps.server.metrics import Metrics
from holdfast.checkers.rocq.libraries import Library, Require
from holdfast.core.documents import Source
from holdfast.core.errors import HoldfastError, StorageError
from holdfast.core.events import Note
from holdfast.core.goals import Goal
from holdfast.core.seams import EventSink, Learner
from holdfast.core.steps import Proposal, RefusalReason, Refused, Step
from holdfast.core.trajectories import JudgedStep
from holdfast.models.goal_text import goal_from_text
from holdfast.models.prompts import Language
from holdfast.models.shards import Shard
from holdfast.runtime.loops import LoopThread
from holdfast.search.suggest import Suggestion, unchecked

__all__ = ["Desk", "DeskSettings", "State"]

State: TypeAlias = Literal["loading", "ready", "failed"]

_NO_SANDBOX = (
    "no sandbox holds where the server runs, so documents that are sent are not read: `holdfast doctor` "
    "there says what is missing; who trusts all clients starts it with --i-accept-unsafe-execution"
)
_PAUSE_S = 0.5
"""Seconds between two looks whether a library was met that was not learned from."""
_HEAR_S = 2.0
"""Seconds between two looks at what other servers have learned."""
_BATCH = 8
"""How many libraries are read before what they teach is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How the desk works."""

    cache: Path | None = None
    """Where indexes of theorems are kept; None where prompts name no theorems."""
    embedded: bool = True
    """Whether the embedded proposers are wanted; where not, nothing is loaded or learned for them."""
    libraries: tuple[str, ...] = ("Arith", "List", "Bool", "Lia")
    """What goals that come without a document are taken to rest on."""
    documents: int = 4
    """How many documents are kept warm, each with a Rocq of its own."""
    unsafe: bool = False
    """Whether documents are read by a Rocq without a sandbox where none holds."""
    live: RocqLiveSettings = field(default_factory=RocqLiveSettings)
    study: bool = True
    """Whether libraries that were not learned from yet are read beside the serving."""


class Desk:
    """Answers asks; learns from what becomes of the answers. Used in one event loop."""

    def __init__(
        self,
        bench: Workbench | None,
        lessons: Lessons,
        metrics: Metrics,
        settings: DeskSettings,
        *,
        models: Mapping[Language, Suggests] | None = None,
        others: Mapping[Language, MakeDocument] | None = None,
        learners: Mapping[Language, MakeLearner] | None = None,
        sink: EventSink,
    ) -> None:
        """Without a `bench` there is no Rocq: no document of it can be opened and nothing checked there.

        `others` open documents of other languages, `learners` make who answers about goals of them that come
        as text; `models` are asked in the languages that they answer in.
        """
        self._bench = bench
        self._lessons = lessons
        self._metrics = metrics
        self._settings = settings
        self._models = models or {}
        self._others = others or {}
        self._learners = learners or {}
        self._sink = sink
        self._bases: dict[Language, Apart] = {}
        self._thread: LoopThread | None = None
        self._flights: Flights[Part] = Flights()
        self._documents = Documents(settings.documents)
        self._answers = Answers()
        self._unread: OrderedDict[str, Library] = OrderedDict()
        self._unread_lock = threading.Lock()
        self._jobs: set[asyncio.Task[None]] = set()
        self._counted = (0, 0)
        self.state: State = "loading"
        self.failure = ""
        """Why the state is `failed`."""

    async def start(self) -> None:
        """Get ready beside the serving."""
        self._begin(self._load())
        self._begin(self._hear())
        if self._bench is not None and self._settings.study and self._settings.embedded:
            self._begin(self._study())

    async def aclose(self) -> None:
        """End all work and all documents."""
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)
        await self._flights.aclose()
        await self._documents.aclose()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.close)

    async def answer(self, ask: Ask, *, group: str | None = None) -> AsyncGenerator[Part, None]:
        """The parts of an answer as they are found; equal asks share them.

        With `group`, an earlier ask of the same group ends with a fault. Raises FaultError, HoldfastError.
        """
        self._require_ready()
        parts = self._flights.join(ask, lambda: self._work(ask), group=group)
        try:
            async with contextlib.aclosing(parts):
                async for part in parts:
                    if isinstance(part, Suggestion):
                        self._metrics.suggestions.labels(part.mark.value).inc()
                    yield part
        except SupersededError:
            text = "the client has asked something newer meanwhile"
            raise FaultError(Fault(409, "superseded", text)) from None
        finally:
            self._count()

    def _count(self) -> None:
        shared, ended = self._counted
        self._counted = (self._flights.coalesced, self._flights.superseded)
        self._metrics.coalesced.inc(self._counted[0] - shared)
        self._metrics.superseded.inc(self._counted[1] - ended)
        self._metrics.documents.set(len(self._documents))

    async def propose(self, goal: Goal, count: int, prefix: str = "") -> Sequence[Proposal]:
        """What the embedded proposers offer, unchecked."""
        self._require_ready()
        return (await advise(self._bases.get("rocq"), None, goal, count, prefix=prefix)).proposals

    def remember(self, number: str, goal: Goal, document: str = "", language: Language = "rocq") -> None:
        """Let an answer be reported on by its number."""
        self._answers.remember(number, goal, document, language)

    def report(
        self, number: str | None, goal: str, step: str, *, accepted: bool, language: Language = "rocq"
    ) -> None:
        """Learn from what became of a suggestion; it is on the disk when this returns.

        `goal` and `language` say what it was about where there is no `number` of an answer.

        Raises FaultError where the answer is not known, StorageError where it cannot be kept.
        """
        try:
            lesson = (
                Lesson(goal, step, accepted, language=language)
                if number is None
                else self._answers.lesson(number, step, accepted=accepted)
            )
        except UnknownAnswerError as error:
            raise FaultError(Fault(404, "unknown_answer", str(error), "id")) from None
        self._lessons.add(lesson)
        self._metrics.lessons.labels("yes" if accepted else "no").inc()
        self._teach(lesson)

    def _teach(self, lesson: Lesson) -> None:
        base = self._bases.get(lesson.language)
        if lesson.accepted:
            item = lesson.observed()
            if base is not None:
                base.learn(item)
            self._tell(lesson.language, lambda document: document.teach(item))
        elif base is not None:
            refused = Refused(RefusalReason.OTHER, "a user has rejected it")
            proposal = Proposal(Step(lesson.step), -1.0)
            base.judged(JudgedStep(goal_from_text(lesson.goal), proposal, refused))

    def _tell(self, language: Language, act: Callable[[LiveDocument], None]) -> None:
        """Have something done with the documents in a language."""
        self._documents.tell(lambda document: act(document) if document.language == language else None)

    def _require_ready(self) -> None:
        if self.state == "loading":
            text = "the proposers are being loaded: try again in a second"
            raise FaultError(Fault(503, "loading", text, retry_after_s=1))
        if self.state == "failed":
            raise FaultError(Fault(503, "failed", self.failure))

    async def _work(self, ask: Ask) -> AsyncGenerator[Part, None]:
        if ask.place is None:
            async for part in self._from_text(ask):
                yield part
            return
        make = self._maker(ask.place.language)
        model = self._models.get(ask.place.language)
        try:
            async with contextlib.aclosing(self._documents.suggest(ask, make, model)) as parts:
                async for part in parts:
                    yield part
        except InUseError as error:
            raise FaultError(Fault(503, "documents_in_use", str(error), retry_after_s=1)) from None

    async def _from_text(self, ask: Ask) -> AsyncGenerator[Part, None]:
        goal = read_goal(ask.goal)
        if not goal.subgoals:
            raise FaultError(Fault(422, "no_goal", "the goal is empty", "tactic_state"))
        yield GoalSeen(goal)
        advice = await advise(
            self._bases.get(ask.language),
            self._models.get(ask.language),
            goal,
            ask.count,
            prefix=ask.prefix,
            context=ask.context,
            language=ask.language,
        )
        for note in advice.notes:
            yield Remark(note)
        for proposal in advice.proposals:
            yield unchecked(proposal)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _load(self) -> None:
        try:
            await self._make_bases()
        except HoldfastError as error:
            self.state, self.failure = "failed", str(error)
        except Exception as error:
            self.state, self.failure = "failed", f"the proposers cannot be loaded: {error!r}"
            raise
        else:
            self.state = "ready"

    async def _make_bases(self) -> None:
        if not self._settings.embedded:
            return
        await self._make_base("rocq", self._make_rocq)
        for language, make in self._learners.items():
            await self._make_base(language, self._taught(language, make))

    async def _make_base(self, language: Language, make: MakeLearner) -> None:
        self._thread = self._thread or LoopThread("proposers")
        self._bases[language] = Apart(await asyncio.to_thread(make), self._thread)

    def _make_rocq(self) -> Learner:
        if self._bench is None:
            return self._learner([])
        libraries = self._bench.closure([Require(name) for name in self._settings.libraries])
        self._note_unread(libraries)
        return self._learner(self._bench.shards(libraries))

    def _maker(self, language: Language) -> MakeDocument:
        other = self._others.get(language)
        if other is not None:
            return other
        if language != "rocq":
            text = f"{language.capitalize()} files cannot be worked on where the server runs"
            raise FaultError(Fault(503, "no_checker", text))
        bench = self._bench
        if bench is None:
            raise FaultError(Fault(503, "no_rocq", "Rocq is not installed where the server runs"))
        if bench.installation.sandbox is None and not self._settings.unsafe:
            raise FaultError(Fault(503, "no_sandbox", _NO_SANDBOX))
        live = self._settings.live
        return lambda _: RocqLive(
            bench, self._learner, live, unread=self._note_unread, open_recall=partial(self._recall, bench)
        )

    def _recall(self, bench: Workbench, before: Source) -> MakeRecall | None:
        """Called in the threads of documents."""
        cache = self._settings.cache
        if cache is None:
            return None
        return open_recall(bench, before, len(before.text), cache=cache, sink=self._sink)

    def _learner(self, shards: Sequence[Shard]) -> Learner:
        return self._taught("rocq", partial(make_learner, shards))()

    def _taught(self, language: Language, make: MakeLearner) -> MakeLearner:
        return taught(make, lambda: self._lessons.accepted(language))

    def _note_unread(self, libraries: Sequence[Library]) -> None:
        """Called in the threads of documents too."""
        assert self._bench is not None
        fresh = [each for each in libraries if not self._bench.shard_path(each).exists()]
        with self._unread_lock:
            self._unread.update((each.name, each) for each in fresh)

    async def _hear(self) -> None:
        """Learn what is reported to other servers that write the same file."""
        while True:
            await asyncio.sleep(_HEAR_S)
            try:
                for lesson in self._lessons.news():
                    self._teach(lesson)
            except StorageError as error:
                self._sink.emit(Note(str(error), "warning"))
                return

    async def _study(self) -> None:
        """Read libraries that were not learned from, one batch after the other, as they are met."""
        assert self._bench is not None
        tried: set[str] = set()
        while True:
            await asyncio.sleep(_PAUSE_S)
            with self._unread_lock:
                libraries = [each for name, each in self._unread.items() if name not in tried][:_BATCH]
            if self.state == "loading" or not libraries:
                continue
            tried.update(each.name for each in libraries)
            learned = await self._bench.study(libraries, sink=self._sink, jobs=1)
            if learned.read:
                await self._make_base("rocq", self._make_rocq)
                self._tell("rocq", lambda document: document.forget_learner())

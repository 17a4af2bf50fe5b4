"""The worker that searches theorems: a bench for each source, the proposers, and the record of it all."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.apps.bench import Bench, Task, open_bench, recall_of
from holdfast.apps.equipped import EquippedLearner
from holdfast.apps.mixed import with_model
from holdfast.apps.models import ModelSource, prepare_model
from holdfast.apps.policies import with_policy
from holdfast.apps.rounds import Rounds, fill_file
from holdfast.apps.taught import Taught, read_taught, teaching
from holdfast.checkers.python.audit import WEAK
from holdfast.core.documents import Hole, Source
from holdfast.core.seams import Learner, MakeWorker, Session, Work
from holdfast.core.trajectories import (
    SearchOrigin,
    TheoremRecord,
    is_learnable,
)
from holdfast.models.prompts import Language
from holdfast.pipelines.recording import Recording
from holdfast.pipelines.results import HoleResult
from holdfast.pipelines.search_all import Recorded, SearchTask, search_name
from holdfast.runtime.sinks import NullSink
from holdfast.search.best_first import Budget, SearchResult, SearchSettings, best_first

__all__ = ["ProverConfig", "make_prover"]


class ProverConfig(BaseModel):
    """What decides how theorems are searched; the same for all theorems of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget_s: float = Field(default=10.0, ge=0)
    """CPU seconds of the checker for each theorem."""
    nodes: int | None = Field(default=None, ge=1)
    """Steps for each theorem, None for no limit."""
    both: bool = False
    """Whether a search goes on until CPU and steps are both used up; else the first of them ends it."""
    model: str | None = None
    proposer: Literal["knn", "model", "mixed"] = "knn"
    """Who is asked; unless it is said, all that there are."""
    value: Path | None = None
    """A folder with a trained value function."""
    value_weight: float | None = Field(default=None, ge=0)
    """What it counts beside log-probability, None for what was fitted with it."""
    encoder: str | None = None
    """Who encodes goals for it, None for the embedded encoder."""
    premises: int = Field(default=10, ge=0, le=64)
    """How many theorems prompts of a language model for Rocq goals name."""
    policy: Path | None = None
    """A folder with a small policy that is mixed with the embedded proposers."""
    pairs: Path | None = None
    """A file of steps of audited proofs that the embedded proposers are taught."""
    learn_s: float = Field(default=30.0, ge=0)
    """Seconds that reading libraries may take, the first time they are met."""
    seed: int = 0
    tests: tuple[Path, ...] = ()
    """Test files; for Python."""
    unsafe: bool = False
    lean_backend: Literal["auto", "server", "pantograph", "repl"] = "auto"
    rocq_backend: Literal["coqidetop", "petanque"] = "coqidetop"
    """What steps through proofs."""

    @model_validator(mode="before")
    @classmethod
    def _ask_the_model(cls, data: Mapping[str, object]) -> Mapping[str, object]:
        """A model that is named is asked."""
        if data.get("model") is not None and data.get("proposer") is None:
            return {**data, "proposer": "mixed"}
        return data


def make_prover(config: ProverConfig, *, digest: str, cache: Path) -> MakeWorker[SearchTask, Recorded]:
    """What sets up a worker; it travels to where the worker will run.

    Args:
        config: how to search.
        digest: of the whole configuration of the run, for the records.
        cache: the folder for what is kept from one run to the next.
    """
    return partial(_prover, config, digest, cache)


@asynccontextmanager
async def _prover(
    config: ProverConfig, digest: str, cache: Path
) -> AsyncIterator[Work[SearchTask, Recorded]]:
    """A worker: it keeps its model and what it was taught from one task to the next."""
    pairs = () if config.pairs is None else tuple(read_taught(config.pairs))
    model = None
    if config.model is not None and config.proposer != "knn":
        model = prepare_model(config.model, os.environ, cache=cache / "answers.db", seed=config.seed)
    try:
        yield _Prover(config, digest, cache, model, pairs).work
    finally:
        if model is not None:
            await model.aclose()


@dataclass(frozen=True, slots=True)
class _Prover:
    config: ProverConfig
    digest: str
    cache: Path
    model: ModelSource | None
    pairs: tuple[Taught, ...] = ()

    async def work(self, task: SearchTask) -> AsyncIterator[Recorded]:
        """Search the theorems of a task; what is found comes as it is found, records after the audit."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Recorded | None] = asyncio.Queue()

        def tell(item: Recorded | None) -> None:
            loop.call_soon_threadsafe(told.put_nowait, item)  # searches live in threads of their own

        searching = asyncio.create_task(self._search(task, tell))
        searching.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (item := await told.get()) is not None:
                yield item
            await searching
        finally:
            searching.cancel()
            await asyncio.wait((searching,))

    async def _search(self, task: SearchTask, tell: Callable[[Recorded], None]) -> None:
        source, config = task.source, self.config
        wanted = Task(
            path=source.path,
            source=source.source,
            sink=NullSink(),
            cache=self.cache,
            learn_s=config.learn_s,
            budget_s=config.budget_s,
            tests=tuple(_read(path) for path in config.tests),
            unsafe=config.unsafe,
            embedded=config.proposer != "model",
            premises=self._premises(source.language),
            lean_backend=config.lean_backend,
            rocq_backend=config.rocq_backend,
        )
        async with open_bench(wanted) as bench:
            holes = bench.checker.holes(source.source, source.names)
            searches = _Searches(self, task, bench, tell)
            rounds = Rounds(
                bench=bench,
                make_learner=self._learner(task, bench),
                budget_s=config.budget_s,
                nodes=config.nodes,
                jobs=1,
                sink=NullSink(),
                search=searches.search,
            )
            filled = await fill_file(source.source, holes, rounds)
        for result in filled.results:
            tell(searches.record(result))

    def _premises(self, language: Language) -> int:
        return self.config.premises if self.model is not None and self.model.takes_premises(language) else 0

    def _learner(self, task: SearchTask, bench: Bench) -> Callable[[], Learner]:
        model, source = self.model, task.source
        make = bench.make_learner
        if self.pairs:
            language, names = source.language, source.names
            make = teaching(make, self.pairs, language=language, file=source.source.name, names=names)
        if self.config.policy is not None:
            make = with_policy(make, self.config.policy, source.language)
        joined = (
            make if model is None else lambda: with_model(make(), model, source.language, recall_of(bench))
        )
        config = self.config
        folder = config.value
        if folder is None:
            return joined
        return lambda: EquippedLearner(joined(), folder, encoder=config.encoder, weight=config.value_weight)


@dataclass(slots=True)
class _Searches:
    """The searches of one task, and what is known of each when it has ended."""

    prover: _Prover
    task: SearchTask
    bench: Bench
    tell: Callable[[Recorded], None]
    ended: dict[str, tuple[SearchResult, int]] = field(default_factory=dict)
    """By hole: the result, and the tokens that it took."""

    async def search(
        self, hole: Hole, session: Session, learner: Learner, budget: Budget, settings: SearchSettings | None
    ) -> SearchResult:
        """Fills `SearchHole`."""
        origin = self._origin(hole)
        self.tell(origin)
        recording = Recording(origin.search, self.task.source.language, self.tell)
        recording.root(session.root)
        before = self._tokens()
        value = learner.value if isinstance(learner, EquippedLearner) else None
        result = await best_first(
            recording.session(session),
            recording.proposer(learner),
            budget=replace(budget, both=self.prover.config.both),
            observe=learner.judged,
            record=recording.step,
            value=None if value is None else recording.value(value),
            settings=settings,
        )
        self.ended[hole.name] = (result, self._tokens() - before)
        return result

    def record(self, result: HoleResult) -> TheoremRecord:
        """What became of a theorem, now that it is audited."""
        name, source = result.hole.name, self.task.source
        search, tokens = self.ended.get(name, (SearchResult(ended="undecided"), 0))
        proved = result.status == "proved"
        # Where no search ended, a checker or a model broke down before or in the middle of it.
        broken = result.status == "undecided" and name not in self.ended
        return TheoremRecord(
            search=search_name(source.source.name, name, self._attempt(name)),
            theorem=name,
            file=source.source.name,
            language=source.language,
            status="error" if broken else result.status,
            statement=self._statement(name),
            reason=result.reason,
            proof=self._printed(result) if proved else "",
            steps=() if result.proof is None else tuple(step.text for step in result.proof.steps()),
            tree=None if result.proof is None else result.proof.to_json(),
            audited=proved,
            axioms=result.axioms,
            cpu_s=result.cpu_s,
            wall_s=result.wall_s,
            nodes=result.nodes,
            found_cpu_s=result.found_cpu_s if proved else None,
            found_nodes=(search.found_nodes or 0) if proved else None,
            ended=search.ended if name in self.ended else "",
            tokens=tokens,
            learnable=is_learnable(level=self.bench.level, weak=WEAK in result.axioms),
            config_digest=self.prover.digest,
            attempt=self._attempt(name),
            fates=search.fates,
        )

    def _origin(self, hole: Hole) -> SearchOrigin:
        config, source, identity = self.prover.config, self.task.source, self.bench.identity
        level, model = self.bench.level, self.prover.model
        return SearchOrigin(
            search=search_name(source.source.name, hole.name, self._attempt(hole.name)),
            theorem_name=hole.name,
            file=source.source.name,
            language=source.language,
            statement=self._statement(hole.name),
            proposer=config.proposer,
            model="" if model is None else (config.model or ""),
            prompt_version="" if model is None else model.prompts(source.language).name,
            value="" if config.value is None else str(config.value),
            seed=config.seed,
            checker_tool=identity.tool,
            checker_version=identity.version,
            checker_libraries=identity.libraries,
            sandbox=level,
            learnable=is_learnable(level=level),
            config_digest=self.prover.digest,
            attempt=self._attempt(hole.name),
        )

    def _attempt(self, name: str) -> int:
        names = self.task.source.names
        return self.task.attempts[names.index(name)] if name in names else 1

    def _statement(self, name: str) -> str:
        return dict(zip(self.task.source.names, self.task.source.statements, strict=True)).get(name, "")

    def _printed(self, result: HoleResult) -> str:
        """A proof as the checker prints it into its hole."""
        source, hole = self.task.source.source, result.hole
        text = self.bench.checker.fill(source, {hole: result.proof}).text
        return text[hole.start : len(text) - len(source.text) + hole.end].strip()

    def _tokens(self) -> int:
        model = self.prover.model
        totals = () if model is None else model.ledger.totals().values()
        return sum(total.prompt_tokens + total.completion_tokens for total in totals)


def _read(path: Path) -> Source:
    return Source(str(path), path.read_bytes().decode("utf-8"))

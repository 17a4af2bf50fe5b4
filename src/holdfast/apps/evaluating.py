"""Runs a prover over a list of theorems to see how good it is: attempts, each in a store of its own."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from holdfast.apps.models import parse_spec
from holdfast.apps.prover import ProverConfig, make_prover
from holdfast.apps.searches import SearchConfig, bound_config
from holdfast.core.errors import UserError
from holdfast.core.seams import Executor
from holdfast.core.trajectories import TheoremRecord
from holdfast.evaluation.gathering import Asked, gather
from holdfast.evaluation.outcomes import Evaluation, Limit
from holdfast.pipelines.search_all import remaining, search_all
from holdfast.pipelines.theorems import Theorem
from holdfast.pipelines.trajectory_store import open_store

__all__ = ["EvalConfig", "Measured", "evaluate", "measured"]

_PROTECTIVE_S = 60.0
"""CPU seconds that a search may use where its budget is in steps: none should come near it."""
_DRAWS = 10_000
"""Seeds between two attempts: answers to one question are drawn with seeds that follow each other."""


class EvalConfig(SearchConfig):
    """What is measured: how theorems are searched, which, and at which budgets.

    Each search is given the largest budgets; what it would have found with less is known from that.
    """

    budgets: tuple[int, ...] = ()
    """Steps judged."""
    cpu_budgets: tuple[float, ...] = ()
    """CPU seconds of the checker."""
    budget_s: float = Field(default=_PROTECTIVE_S, gt=0)
    """CPU seconds that protect, where no budgets of CPU are given."""
    attempts: int = Field(default=1, ge=1)
    every_attempt: bool = False
    """Go on after an attempt that succeeds."""
    trajectories: Path | None = None
    """The folder for the stores; None for one beside the result."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.nodes is not None:
            raise ValueError("budgets of steps are called budgets here")
        if not all(0 < each < math.inf for each in (*self.budgets, *self.cpu_budgets, self.budget_s)):
            raise ValueError("a budget is more than 0, and has an end")
        return self

    def limits(self) -> tuple[Limit, ...]:
        """The budgets that are asked about, each once, rising; 50, 100 and 200 steps where none is named."""
        steps = self.budgets or (() if self.cpu_budgets else (50, 100, 200))
        return (
            *(Limit("steps", amount) for amount in sorted(set(steps))),
            *(Limit("cpu_s", amount) for amount in sorted(set(self.cpu_budgets))),
        )

    def given(self) -> tuple[Limit, ...]:
        """What one search may use."""
        steps = [limit for limit in self.limits() if limit.unit == "steps"]
        return (*steps[-1:], Limit("cpu_s", max(self.cpu_budgets, default=self.budget_s)))

    def attempt(self, number: int) -> ProverConfig:
        """How the attempt of a number searches: each draws anew."""
        given = {limit.unit: limit.amount for limit in self.given()}
        steps = given.get("steps")
        changed = {
            "budget_s": given["cpu_s"],
            "nodes": None if steps is None else int(steps),
            # One run that ends at the first could not tell of the other.
            "both": bool(self.cpu_budgets),
            "seed": self.seed + _DRAWS * (number - 1),
        }
        return self.prover().model_copy(update=changed)

    def folder(self, output: Path) -> Path:
        """Where the stores are."""
        return self.trajectories or output.with_suffix(".trajectories")


@dataclass(frozen=True, slots=True)
class Measured:
    """What it takes to measure."""

    config: EvalConfig
    theorems: Sequence[Theorem]
    output: Path
    executor: Executor
    cache: Path
    report: Callable[[TheoremRecord], None]
    """Told of each search as it ends."""
    began: Callable[[int, int, Sequence[TheoremRecord]], None]
    """Told of each attempt: its number, how many theorems it has, and what was done of them before."""


async def evaluate(job: Measured, *, resume: bool = False) -> None:
    """Search every theorem as often as is asked for; `measured` then tells what came of it.

    Cancelled, it leaves what was found in the stores; with `resume` it goes on from there, and tries again
    what broke.

    Raises UserError where several attempts would all be the same, and where the stores are those of
    another configuration; what `search_all` raises.
    """
    if job.config.attempts > 1 and not _draws(job.config):
        raise UserError(
            "more than one attempt is of use with a model that draws: name one with --model and --proposer"
        )
    solved: set[tuple[str, str]] = set()
    for number, store in _stores(job.config, job.output):
        wanted = [theorem for theorem in job.theorems if theorem.key not in solved]
        proved = await _attempt(job, number, store, wanted, resume=resume)
        solved |= set() if job.config.every_attempt else proved


def _draws(config: EvalConfig) -> bool:
    return config.model is not None and config.proposer != "knn" and parse_spec(config.model).kind != "replay"


def _stores(config: EvalConfig, output: Path) -> Iterator[tuple[int, Path]]:
    for number in range(1, config.attempts + 1):
        yield number, config.folder(output) / f"attempt-{number:02}.parquet"


async def _attempt(
    job: Measured, number: int, store: Path, theorems: Sequence[Theorem], *, resume: bool
) -> set[tuple[str, str]]:
    """The theorems that this attempt proves."""
    prover = job.config.attempt(number)
    # Which theorems an attempt has depends on those before it; the list as a whole does not.
    bound = bound_config(prover, job.theorems)
    with open_store(store, bound, resume=resume) as writer:
        left = remaining(theorems, writer)
        undone = {theorem.key for theorem in left}
        done = [record for key, record in writer.theorems.items() if key not in undone]
        job.began(number, len(theorems), done)
        await search_all(
            left,
            executor=job.executor,
            make_worker=make_prover(prover, digest=writer.digest, cache=job.cache),
            writer=writer,
            report=job.report,
        )
        return {key for key, record in writer.theorems.items() if record.status == "proved"}


def measured(job: Measured) -> Evaluation:
    """What the stores say by now. Raises UserError where no attempt has begun."""
    config = job.config
    stores = [store for _, store in _stores(config, job.output) if store.exists()]
    if not stores:
        raise UserError("nothing was measured: no search has begun")
    return gather(
        job.output,
        [Asked(theorem.source.name, theorem.name, theorem.statement) for theorem in job.theorems],
        stores,
        limits=config.limits(),
        given=config.given(),
        attempts=config.attempts,
        every_attempt=config.every_attempt,
        about={
            "theorems": os.pathsep.join(map(str, config.theorems)),
            "proposer": config.proposer,
            "model": config.model or "",
            "value": str(config.value or ""),
            "seed": str(config.seed),
            "trajectories": str(config.folder(job.output)),
        },
    )

"""The loop: measure, then search, learn and measure again, as long as the gates say go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from holdfast.apps.iteration.gates import (
    Gates,
    after_evaluation,
    after_search,
    before_training,
    check_machine,
)
from holdfast.apps.iteration.records import Decision, Evaluated, Gathered, Knowledge, Searched, Trained
from holdfast.apps.iteration.stages import Done, Stages

__all__ = ["Acts", "Iteration", "Story", "iterate"]


class Acts(Protocol):
    """What the stages do. Each is given a folder, in which it finds what it left when it was stopped."""

    async def search(self, folder: Path, knowledge: Knowledge, before: Sequence[Path]) -> Searched:
        """Search the theorems to learn from; `before` are the stores of earlier iterations."""
        ...

    async def gather(self, folder: Path, stores: Sequence[Path]) -> Gathered:
        """Sort out of all stores what may be learned from."""
        ...

    async def train(self, folder: Path, gathered: Gathered, stores: Sequence[Path]) -> Trained:
        """Make of it what a prover can be given."""
        ...

    async def evaluate(self, folder: Path, knowledge: Knowledge) -> Evaluated:
        """Measure a prover on the held-out theorems."""
        ...

    def p_value(self, baseline: Evaluated, experiment: Evaluated) -> float:
        """McNemar's, of two measurements."""
        ...


@dataclass(slots=True)
class Iteration:
    """What one iteration came to, as far as it came."""

    number: int
    searched: Done[Searched] | None = None
    gathered: Done[Gathered] | None = None
    trained: Done[Trained] | None = None
    evaluated: Done[Evaluated] | None = None
    """None where a gate stopped the iteration before; of iteration 0 it is the measurement of the start."""
    decisions: list[Decision] = field(default_factory=list)
    adopted: bool = False
    """Whether what it learned was used from then on."""

    @property
    def stages(self) -> tuple[Done[Searched] | Done[Gathered] | Done[Trained] | Done[Evaluated], ...]:
        """The stages that were done, in order."""
        all_of_them = (self.searched, self.gathered, self.trained, self.evaluated)
        return tuple(stage for stage in all_of_them if stage is not None)


@dataclass(slots=True)
class Story:
    """All iterations; the first has number 0 and only measures."""

    iterations: list[Iteration]
    knowledge: Knowledge
    """What the best prover has learned."""
    best: Evaluated
    stopped: str = ""
    """Why the loop stopped early, empty where it did not."""


def _tell_nobody(story: Story) -> None:
    del story


async def iterate(
    stages: Stages,
    acts: Acts,
    gates: Gates,
    *,
    count: int,
    start: Knowledge,
    report: Callable[[Story], None] = _tell_nobody,
) -> Story:
    """Run `count` iterations, or as many as the gates let.

    What is found done is not done again, so a loop that was stopped goes on where it was. An iteration whose
    gates after the measurement say no-go is followed by one that searches with what was best before.

    `report` is told after each iteration, the first measurement included.

    Raises InfrastructureError where so many searches broke that they tell of the machine; nothing of that
    stage counts yet, and what broke is tried again when the loop is gone on with.
    """
    first = Iteration(0)
    first.evaluated = await _evaluated(stages, acts, gates, 0, start)
    story = Story([first], start, first.evaluated.record)
    report(story)
    stores: list[Path] = []
    for number in range(1, count + 1):
        iteration = Iteration(number)
        story.iterations.append(iteration)
        story.stopped = await _learn(stages, acts, gates, story, iteration, stores)
        if not story.stopped:
            await _measure(stages, acts, gates, story, iteration)
        report(story)
        if story.stopped:
            break
    return story


async def _learn(
    stages: Stages, acts: Acts, gates: Gates, story: Story, iteration: Iteration, stores: list[Path]
) -> str:
    """Search, sort out, train; why the loop has to stop, or nothing."""
    name, before, knowledge = f"{iteration.number:02}", tuple(stores), story.knowledge

    async def search(folder: Path) -> Searched:
        searched = await acts.search(folder, knowledge, before)
        check_machine(gates, searched.undecided + searched.errors, searched.asked)
        return searched

    searched = iteration.searched = await stages.do(f"{name}-search", Searched, search)
    stores.append(searched.record.store)
    iteration.decisions.append(after_search(gates, searched.record))
    if stopped := _refusals(iteration):
        return stopped
    all_stores = tuple(stores)
    gathered = await stages.do(f"{name}-audit", Gathered, lambda folder: acts.gather(folder, all_stores))
    iteration.gathered = gathered
    iteration.decisions.append(before_training(gates, gathered.record))
    if stopped := _refusals(iteration):
        return stopped
    iteration.trained = await stages.do(
        f"{name}-train", Trained, lambda folder: acts.train(folder, gathered.record, all_stores)
    )
    return ""


async def _measure(stages: Stages, acts: Acts, gates: Gates, story: Story, iteration: Iteration) -> None:
    assert iteration.trained is not None
    learned = iteration.trained.record.knowledge
    evaluated = iteration.evaluated = await _evaluated(stages, acts, gates, iteration.number, learned)
    p_value = acts.p_value(story.best, evaluated.record)
    decisions = after_evaluation(gates, story.best, evaluated.record, p_value)
    iteration.decisions += decisions
    iteration.adopted = all(decision.go for decision in decisions)
    if iteration.adopted:
        story.knowledge = learned
        # What is allowed to fall a little must not fall a little each time.
        if evaluated.record.solved >= story.best.solved:
            story.best = evaluated.record


async def _evaluated(
    stages: Stages, acts: Acts, gates: Gates, number: int, knowledge: Knowledge
) -> Done[Evaluated]:
    async def evaluate(folder: Path) -> Evaluated:
        evaluated = await acts.evaluate(folder, knowledge)
        check_machine(gates, evaluated.errors, evaluated.total)
        return evaluated

    return await stages.do(f"{number:02}-eval", Evaluated, evaluate)


def _refusals(iteration: Iteration) -> str:
    return "; ".join(decision.sentence for decision in iteration.decisions if not decision.go)

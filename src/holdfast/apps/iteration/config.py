"""The configuration of `holdfast iterate`, table by table."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.apps.executors import ExecutorKind
from holdfast.apps.iteration.gates import Gates
from holdfast.apps.iteration.policies import Policy
from holdfast.training.value_settings import ValueSettings

__all__ = ["IterateConfig", "Learning", "Machine", "Measuring", "Searching"]


_Place: TypeAlias = Annotated[Path, AfterValidator(Path.absolute)]
"""A path that stays the same wherever the loop is gone on with, and wherever workers run."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Searching(_Table):
    """How theorems are searched to learn from them."""

    budget_s: float = Field(default=10.0, gt=0)
    """CPU seconds of the checker for each theorem."""
    nodes: int | None = Field(default=None, ge=1)
    """Steps for each theorem."""
    again: Literal["unproved", "all"] = "unproved"
    """Whether theorems that an iteration before has proved are searched again."""
    proposer: Literal["knn", "model", "mixed"] = "knn"
    model: str | None = None
    """A language model, as `--model` takes it."""
    learn_s: float = Field(default=30.0, ge=0)
    """Seconds that reading libraries may take, the first time they are met; 0 learns from no library."""
    seed: int = 0


class Measuring(_Table):
    """How a prover is measured on the held-out theorems; the rest is as in `search`."""

    budget_s: float | None = Field(default=None, gt=0)
    """CPU seconds that no search goes beyond where budgets are in steps; None for what `search` has.

    Without any budgets it is the budget.
    """
    budgets: tuple[int, ...] = ()
    """Budgets in steps that are reported, the largest of which is given."""
    cpu_budgets: tuple[float, ...] = ()
    """Budgets in CPU seconds that are reported; beside budgets in steps, a search uses up both."""


class Learning(_Table):
    """What is made of audited proofs."""

    pairs: bool = True
    """Whether their steps are neighbours to the embedded proposers."""
    value: bool = True
    """Whether a value function is trained."""


class Machine(_Table):
    """Where it runs; results do not depend on it."""

    jobs: int = Field(default=1, ge=1)
    executor: ExecutorKind = ExecutorKind.LOCAL
    ray_address: str | None = None


class IterateConfig(_Table):
    """All of it. What results do not depend on is left out of the digest that resuming compares."""

    theorems: _Place
    """The list to learn from, as `holdfast search` takes it."""
    held_out: _Place | None = None
    """The list to measure on; None to set a share of `theorems` apart, by their names."""
    held_out_share: float = Field(default=0.3, gt=0, lt=1)
    max_theorems: int | None = Field(default=None, ge=2)
    """The first so many of `theorems` only."""
    output: _Place = Field(exclude=True)
    """The directory of the run."""
    iterations: int = Field(default=2, ge=1, exclude=True)
    search: Searching = Searching()
    eval: Measuring = Measuring()
    train: Learning = Learning()
    value: ValueSettings = Field(default_factory=lambda: ValueSettings.model_validate({}))
    """How a value is trained, as `holdfast train-value` takes it."""
    policy: Policy = Policy()
    """Which language model is fine-tuned, if any."""
    gates: Gates = Gates()
    machine: Machine = Field(default=Machine(), exclude=True)

    @model_validator(mode="after")
    def _consistent(self) -> "IterateConfig":
        if self.search.proposer != "knn" and self.search.model is None:
            raise ValueError(f"search.proposer is {self.search.proposer}: name a model with search.model")
        return self

"""Whether an iteration goes on, and whether what it learned is used: decided by numbers set beforehand."""

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.iteration.records import Decision, Evaluated, Gathered, Searched
from holdfast.core.errors import InfrastructureError

__all__ = ["Gates", "after_evaluation", "after_search", "before_training", "check_machine"]


class Gates(BaseModel):
    """The numbers. The defaults keep what does no harm, and stop where nothing more comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_broken: float = Field(default=0.25, ge=0, le=1)
    """Share of searches that may break or stay undecided; beyond, the machine is at fault, and nothing counts
    until they were tried again."""
    min_new_proofs: int = Field(default=1, ge=0)
    """Audited proofs that an iteration must bring; with fewer the loop stops: nothing is left to learn."""
    min_steps: int = Field(default=20, ge=1)
    """Steps of audited proofs that it takes to learn from them."""
    max_drop: float = Field(default=0.05, ge=0, le=1)
    """How far the share solved of the held-out theorems may fall below the best so far, in points of 1."""
    max_drop_p: float = Field(default=0.05, ge=0, le=1)
    """A fall beyond chance is no-go however small: McNemar's p-value at or below this."""


def check_machine(gates: Gates, broken: int, asked: int) -> None:
    """Whether searches tell of provers, not of the machine.

    Raises InfrastructureError where too many broke; those are tried again when the loop is gone on with.
    """
    if asked and broken > gates.max_broken * asked:
        raise InfrastructureError(
            f"{broken} of {asked} searches broke or stayed undecided, and gates.max_broken lets"
            f" {gates.max_broken:.0%}: see why in the records, then run the same command again"
        )


def after_search(gates: Gates, searched: Searched) -> Decision:
    """Whether what the search brought is worth going on with."""
    return Decision(
        gate="min_new_proofs",
        go=searched.proved >= gates.min_new_proofs,
        sentence=f"{searched.proved} new audited proofs, {gates.min_new_proofs} are needed",
    )


def before_training(gates: Gates, gathered: Gathered) -> Decision:
    """Whether there is enough to learn from."""
    return Decision(
        gate="min_steps",
        go=gathered.steps >= gates.min_steps,
        sentence=f"{gathered.steps} steps of {gathered.theorems} audited proofs,"
        f" {gates.min_steps} are needed",
    )


def after_evaluation(
    gates: Gates, best: Evaluated, candidate: Evaluated, p_value: float
) -> tuple[Decision, ...]:
    """Whether what was learned is used from now on; `p_value` is McNemar's of the two measurements."""
    lost = best.solved - candidate.solved
    points = -100 * lost / candidate.total
    figures = f"{candidate.solved} of {candidate.total} held-out theorems, the best so far {best.solved}"
    return (
        Decision(
            gate="max_drop",
            go=lost <= gates.max_drop * candidate.total,
            sentence=f"{figures}: {points:+.1f} points, {-100 * gates.max_drop:+.1f} would do",
        ),
        Decision(
            gate="max_drop_p",
            go=lost <= 0 or p_value > gates.max_drop_p,
            sentence=f"{figures}: p = {p_value:.3g}"
            + ("" if lost <= 0 else f", a fall at {gates.max_drop_p:g} or below is no chance"),
        ),
    )

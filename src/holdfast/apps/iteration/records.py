"""What the stages of an iteration give; kept as JSON, so that a stage that is done is never done again."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

__all__ = ["Decision", "Evaluated", "Gathered", "Knowledge", "Searched", "Trained"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Knowledge(_Record):
    """What a prover has learned in iterations; all of it is in force wherever it searches."""

    pairs: Path | None = None
    """Goals and the steps that audited proofs take there: neighbours to the embedded proposers."""
    value: Path | None = None
    """A trained value function."""
    model: str | None = None
    """A language model, as `--model` takes it."""


class Searched(_Record):
    """A search of the theorems to learn from."""

    store: Path
    asked: int
    """How many theorems were searched: those that no iteration before has proved, or all."""
    proved: int
    """Audited."""
    not_found: int
    undecided: int
    errors: int
    cpu_s: float
    """Of the checkers and proposers, as the records of theorems have it."""
    tokens: int = 0


class Gathered(_Record):
    """What may be learned from, of all iterations so far."""

    pairs: Path
    theorems: int
    """How many theorems have an audited proof."""
    steps: int
    """How many pairs of a goal and a step there are."""
    refused: dict[str, str]
    """Theorems of which nothing is learned, with the reason."""


class Trained(_Record):
    """What was made of it."""

    knowledge: Knowledge
    """What the prover would be given."""
    notes: tuple[str, ...] = ()
    """Sentences on what was trained, and on what was not, and why."""


class Evaluated(_Record):
    """A measurement on theorems that nothing was learned from."""

    file: Path
    """As `holdfast eval` writes it."""
    solved: int
    """Within the largest budget."""
    total: int
    low: float
    """Of the share that is solved, at 95 %."""
    high: float
    errors: int
    """Searches that broke or had too few verdicts; they are in the total."""
    cpu_s: float
    tokens: int = 0

    @property
    def rate(self) -> float:
        """The share that is solved."""
        return self.solved / self.total


class Decision(_Record):
    """What a gate said."""

    gate: str
    go: bool
    sentence: str
    """What was measured, and against what."""

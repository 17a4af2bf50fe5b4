"""What can be set of the stages; all of it decides the results."""

from pydantic import BaseModel, ConfigDict, Field

from holdfast.library.gate import GateSettings

__all__ = ["StageSettings"]


class StageSettings(BaseModel):
    """How a library is grown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=100, ge=1)
    """Instructions that a model reads at once."""
    meta_batch_size: int = Field(default=10, ge=2)
    """Summaries that are merged at once."""
    temperature: float | None = Field(default=None, ge=0, le=5)
    """Of all questions; None for what each prompt says."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Of all answers; None for what each prompt says."""
    vision: bool = False
    """Whether prompts show pictures."""
    refinement_iterations: int = Field(default=3, ge=0)
    max_extension_cycles: int = Field(default=3, ge=0)
    patience: int = Field(default=1, ge=1)
    """After so many cycles that were rolled back, one after the other, extension ends."""
    subset: int = Field(default=50, ge=1)
    """Tasks of a subset that is drawn afresh."""
    min_tasks: int = Field(default=3, ge=1)
    """A function that fewer tasks ask for is rare."""
    uses: int = Field(default=6, ge=1)
    """Tasks that a model is asked to write anew with a function of its own."""
    cpu_s: float = Field(default=5.0, gt=0)
    """CPU seconds that one program, or the examples of one function, may take."""
    attempts: int = Field(default=2, ge=1)
    """Programs that a model may write for one task: another one where the one before stopped with a fault."""
    task_tokens: int | None = Field(default=None, ge=1)
    """Tokens, asked and answered, that all attempts at one task share: no other one is begun that would take
    more, going by the one before; None for no such limit."""
    held_out: float = Field(default=0.1, ge=0, lt=1)
    """The share of the groups of training tasks that nothing is proposed from: the gate looks at them."""
    gate: GateSettings = Field(default_factory=GateSettings)
    seed: int = 42

"""How a value is trained; the defaults suit the embedded encoder and some thousand steps of search."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["ValueSettings"]


class ValueSettings(BaseModel):
    """Everything that the result depends on, the examples and their vectors aside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    hidden: tuple[int, ...] = (32,)
    """Widths of the hidden layers."""
    conditioned: bool = True
    """Whether a goal is seen together with the one that its search began with."""
    spectral_norm: Literal["none", "fresh", "buffered"] = "none"
    dropout: float = Field(0.2, ge=0, lt=1)
    loss: Literal["info_nce", "margin"] = "info_nce"
    margin: float = Field(1.0, gt=0)
    depth_weight: float = Field(0.3, ge=0)
    """What the regression to the steps that remain counts beside the contrastive loss."""
    hard: float = Field(0.9, ge=0, le=1)
    medium: float = Field(0.1, ge=0, le=1)
    """Shares of siblings and of others of the same theorem among negatives; the rest is of other theorems."""
    negatives: int = Field(7, ge=1)
    batch: int = Field(32, ge=1)
    steps: int = Field(600, ge=1)
    learning_rate: float = Field(1e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    warm_up: int = Field(50, ge=0)
    """Steps in which the learning rate rises; it then falls along a cosine to 0."""
    clip: float = Field(1.0, gt=0)
    """Most length of the gradient."""
    look_every: int = Field(25, ge=1)
    """Steps between two looks at the validation set; each ends in a checkpoint."""
    patience: int = Field(8, ge=1)
    """Looks without improvement that end training."""
    validation: float = Field(0.12, gt=0, lt=1)
    """Share of the theorems to train on that decides when to stop."""
    folds: int = Field(4, ge=2, le=16)
    """Parts that theorems fall into by their names. As many heads are trained, each without one part; what it
    says of that part is what calibration and the weight in search are fitted on. Search uses their mean."""
    calibration: Literal["isotonic", "platt"] = "platt"
    confidence: float = Field(0.9, gt=0, lt=1)
    """How sure it must be that the value helps before search uses it; see `decisions.fit_mix`."""
    bound_steps: int = Field(500, ge=1)
    """Steps for which the temperature may be at its bound."""
    nonfinite_steps: int = Field(20, ge=1)
    """Steps in a row that may be skipped because their loss is not finite."""

    @model_validator(mode="after")
    def _consistent(self) -> "ValueSettings":
        if self.hard + self.medium > 1:
            raise ValueError("hard and medium must be 1 at most together")
        if not self.hidden or min(self.hidden) < 1:
            raise ValueError("hidden must name at least one width, each at least 1")
        return self

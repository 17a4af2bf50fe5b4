"""What is watched while an energy head learns, and what is wrong when it is out of bounds."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.training.losses import LOG_TEMPERATURE

__all__ = ["Health", "measure"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Health:
    """One look at a batch, or at all that was held out."""

    loss: float
    contrastive: float
    depth: float
    gap: float
    """Mean energy of negatives less that of positives; the greater, the better."""
    rank1: float
    """Share of positives that lie below all their negatives."""
    pairwise: float
    """Share of negatives that lie above their positive."""
    active: float
    """Share of pairs that are closer than the margin."""
    positive_mean: float
    negative_mean: float
    spread: float
    """Standard deviation of all energies."""
    temperature: float

    def alarms(self) -> Iterator[str]:
        """What is out of bounds, in words."""
        if not np.isfinite(list(asdict(self).values())).all():
            yield "a number is not finite"
        if self.spread < 0.1:
            yield "the energies hardly differ"
        if self.gap < 0:
            yield "negatives lie below positives"
        if self.rank1 > 0.95 and self.loss > 0.5:
            yield "nearly all are in order and the loss is high all the same"
        if self.positive_mean > 0 > self.negative_mean:
            yield "positives are above zero and negatives below"
        if self.active < 0.01:
            yield "hardly a pair is left to learn from"
        low, high = np.exp(LOG_TEMPERATURE)
        if self.temperature <= low * 1.001 or self.temperature >= high * 0.999:
            yield "the temperature is at its bound"


def measure(
    positive_P: Floats,  # noqa: N803
    negative_PK: Floats,  # noqa: N803
    *,
    losses: tuple[float, float, float],
    margin: float,
    temperature: float,
) -> Health:
    """The numbers of one batch; `losses` are the whole, the contrastive part and the depth part."""
    differences = negative_PK - positive_P[:, None]
    everything = np.concatenate((positive_P, negative_PK.ravel()))
    loss, contrastive, depth = losses
    return Health(
        loss=loss,
        contrastive=contrastive,
        depth=depth,
        gap=float(negative_PK.mean() - positive_P.mean()),
        rank1=float((differences > 0).all(axis=1).mean()),
        pairwise=float((differences > 0).mean()),
        active=float((differences < margin).mean()),
        positive_mean=float(positive_P.mean()),
        negative_mean=float(negative_PK.mean()),
        spread=float(everything.std()),
        temperature=temperature,
    )

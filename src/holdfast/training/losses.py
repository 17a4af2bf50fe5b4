"""What an energy head is trained to make small. `P` positives, each with `K` negatives."""

import torch
from torch import Tensor

__all__ = ["LOG_TEMPERATURE", "depth_regression", "info_nce", "margin_ranking"]

LOG_TEMPERATURE = (-5.0, 2.0)
"""Between these the logarithm of the learnable temperature is held."""


def info_nce(positive_P: Tensor, negative_PK: Tensor, log_temperature: Tensor) -> Tensor:  # noqa: N803
    """Cross-entropy of telling each positive from its negatives, over a learnable temperature."""
    tau = log_temperature.clamp(*LOG_TEMPERATURE).exp()
    logits = -torch.cat((positive_P[:, None], negative_PK), dim=1) / tau
    return -torch.log_softmax(logits, dim=1)[:, 0].mean()


def margin_ranking(positive_P: Tensor, negative_PK: Tensor, margin: float) -> Tensor:  # noqa: N803
    """Mean violation among the pairs that violate the margin; 0 where none does.

    No temperature: an optimizer could meet the margin by shrinking it.
    """
    violations = (margin + positive_P[:, None] - negative_PK).clamp_min(0.0)
    active = violations > 0
    return violations.sum() / active.sum().clamp_min(1)


def depth_regression(positive_P: Tensor, remaining_P: Tensor) -> Tensor:  # noqa: N803
    """Squared error of the energies to the steps that remain, as a share of the batch's most.

    Where what remains is not known (less than 0), nothing is asked.
    """
    known = remaining_P >= 0
    if not bool(known.any()):
        return positive_P.sum() * 0.0
    wanted = remaining_P[known] / remaining_P[known].max().clamp_min(1.0)
    return (positive_P[known] - wanted).square().mean()

"""The energy head while it learns, in PyTorch: layers that may be kept from stretching their input."""

import itertools
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from holdfast.value.head import EnergyHead, Layer

__all__ = ["EnergyNet", "FreshSpectralNorm", "SpectralNorm"]

SpectralNorm = Literal["none", "fresh", "buffered"]
"""How a layer's largest singular value is held at 1: not at all; estimated from fresh random vectors at each
pass; estimated by PyTorch's own parametrization, whose vectors are kept from pass to pass."""

_ITERATIONS = 5


class FreshSpectralNorm(nn.Module):
    """A weight over its spectral norm, estimated by power iterations that begin at random vectors each time.

    The gradient flows through the estimate. Outside of training the norm is exact, so that the same input
    has the same energy.
    """

    def __init__(self, generator: torch.Generator, iterations: int = _ITERATIONS) -> None:
        super().__init__()
        self._generator = generator
        self._iterations = iterations

    def forward(self, weight: Tensor) -> Tensor:
        """The weight with a spectral norm of about 1."""
        if not self.training:
            normed: Tensor = weight / torch.linalg.matrix_norm(weight, 2).clamp_min(1e-12)
            return normed
        with torch.no_grad():
            right = torch.randn(weight.shape[1], generator=self._generator, dtype=weight.dtype)
            left = weight @ right
            for _ in range(self._iterations):
                left = nn.functional.normalize(weight @ right, dim=0, eps=1e-12)
                right = nn.functional.normalize(weight.T @ left, dim=0, eps=1e-12)
        sigma = torch.dot(left, weight @ right).abs()
        return weight / sigma.clamp_min(1e-12)


class EnergyNet(nn.Module):
    """Layers with SiLU and dropout between them; one energy a row, the lower, the better.

    Args:
        inputs: numbers in a row, three times those of a goal where the head is conditioned on the root.
        hidden: widths of the hidden layers.
        norm: how the layers are kept contractive.
        dropout: share of hidden numbers that is dropped while training.
        generator: where all randomness comes from, dropout included.
    """

    def __init__(
        self,
        inputs: int,
        hidden: tuple[int, ...],
        *,
        norm: SpectralNorm,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self._generator = generator
        self._dropout = dropout
        widths = [inputs, *hidden]
        layers = [self._layer(before, after, norm=norm) for before, after in itertools.pairwise(widths)]
        last = nn.Linear(widths[-1], 1, bias=False)
        nn.init.normal_(last.weight, std=widths[-1] ** -0.5, generator=generator)
        self.layers = nn.ModuleList([*layers, last])
        self.log_temperature = nn.Parameter(torch.tensor(-2.3))
        """Divides energies in InfoNCE only; search reads energies as they are."""

    def _layer(self, before: int, after: int, *, norm: SpectralNorm) -> nn.Linear:
        layer = nn.Linear(before, after)
        nn.init.kaiming_normal_(layer.weight, generator=self._generator)
        nn.init.zeros_(layer.bias)
        if norm == "fresh":
            nn.utils.parametrize.register_parametrization(layer, "weight", FreshSpectralNorm(self._generator))
        elif norm == "buffered":
            parametrizations.spectral_norm(layer, n_power_iterations=_ITERATIONS)
        return layer

    def forward(self, rows: Tensor) -> Tensor:
        """The energy of each row."""
        hidden = rows
        for layer in self.layers[:-1]:
            hidden = self._dropped(nn.functional.silu(layer(hidden)))
        energies: Tensor = self.layers[-1](hidden)[..., 0]
        return energies

    def _dropped(self, hidden: Tensor) -> Tensor:
        # PyTorch's own dropout draws from the generator that the whole process shares.
        if not self.training or not self._dropout:
            return hidden
        kept = torch.rand(hidden.shape, generator=self._generator) >= self._dropout
        return hidden * kept / (1.0 - self._dropout)

    def exported(self, *, conditioned: bool) -> EnergyHead:
        """The same function for search, with the norms divided out of the weights."""
        was_training = self.training
        self.eval()
        with torch.no_grad():
            layers = tuple(
                Layer(_array(layer.weight), _bias(layer))
                for layer in self.layers
                if isinstance(layer, nn.Linear)
            )
        self.train(was_training)
        return EnergyHead(layers, conditioned)


def _bias(layer: nn.Linear) -> NDArray[np.float32] | None:
    # Its type says that there always is one.
    bias: Tensor | None = layer.bias
    return None if bias is None else _array(bias)


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return tensor.detach().numpy().astype(np.float32, copy=True)

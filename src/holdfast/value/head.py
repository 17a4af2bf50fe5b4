"""The energy of goals from their vectors, in numpy: what search needs of a trained head.

Training leaves the weights with all norms divided out, so that this gives what the trained head gives.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EnergyHead", "Layer", "head_inputs", "mean_of", "read_head"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One linear map: `weight` has a row for each output."""

    weight: Floats
    bias: Floats | None = None

    def __call__(self, rows: Floats) -> Floats:
        """Applied to each row."""
        out: Floats = rows @ self.weight.T
        return out if self.bias is None else out + self.bias


@dataclass(frozen=True, slots=True, eq=False)
class EnergyHead:
    """Layers with SiLU between them; the last one gives one number, the energy: the lower, the better."""

    layers: tuple[Layer, ...]
    conditioned: bool
    """Whether a goal is seen together with the one that the search began with."""

    @property
    def dimension(self) -> int:
        """How many numbers a goal's vector has."""
        return int(self.layers[0].weight.shape[1]) // (3 if self.conditioned else 1)

    def energies(self, states: Floats, roots: Floats) -> Floats:
        """One energy a row of `states`; `roots` has a row for each, or one for all."""
        hidden = head_inputs(states, roots, conditioned=self.conditioned)
        for layer in self.layers[:-1]:
            hidden = _silu(layer(hidden))
        energies: Floats = self.layers[-1](hidden)[:, 0]
        return energies


def head_inputs(states: Floats, roots: Floats, *, conditioned: bool) -> Floats:
    """The vectors as a head takes them: alone, or with those of the roots and the products of both."""
    if not conditioned:
        return states
    roots = np.broadcast_to(roots, states.shape)
    return np.concatenate((states, roots, states * roots), axis=1, dtype=np.float32)


def _silu(rows: Floats) -> Floats:
    # The hyperbolic tangent does not overflow, whatever the input.
    out: Floats = rows * (0.5 * np.tanh(0.5 * rows) + np.float32(0.5))
    return out


def mean_of(heads: Sequence[EnergyHead]) -> EnergyHead:
    """One head that gives the mean of the energies that heads of one shape give, at least one of them."""
    depth = len(heads[0].layers)
    layers = []
    for number in range(depth):
        weights = [head.layers[number].weight for head in heads]
        biases = [bias for head in heads if (bias := head.layers[number].bias) is not None]
        if number == depth - 1:  # with a single layer, side by side would be one input too many a head
            side = np.concatenate(weights, axis=1) if depth > 1 else np.sum(weights, axis=0)
            bias = np.sum(biases, axis=0) / len(heads) if biases else None
            layers.append(Layer((side / len(heads)).astype(np.float32), bias))
        else:
            whole = np.concatenate(weights) if number == 0 else _blocks(weights)
            layers.append(Layer(whole, np.concatenate(biases) if biases else None))
    return EnergyHead(tuple(layers), heads[0].conditioned)


def _blocks(weights: Sequence[Floats]) -> Floats:
    """The weights along the diagonal, zeros elsewhere."""
    rows, columns = weights[0].shape
    found = np.zeros((rows * len(weights), columns * len(weights)), dtype=np.float32)
    for at, weight in enumerate(weights):
        found[at * rows : (at + 1) * rows, at * columns : (at + 1) * columns] = weight
    return found


def read_head(tensors: Mapping[str, NDArray[np.generic]], *, conditioned: bool) -> EnergyHead:
    """A head from tensors `layers.N.weight` and `layers.N.bias`. Raises ValueError where they are none."""
    layers: list[Layer] = []
    while (weight := tensors.get(f"layers.{len(layers)}.weight")) is not None:
        bias = tensors.get(f"layers.{len(layers)}.bias")
        layers.append(Layer(_floats(weight), None if bias is None else _floats(bias)))
    _check([layer.weight for layer in layers], [layer.bias for layer in layers])
    return EnergyHead(tuple(layers), conditioned)


def _floats(values: NDArray[np.generic]) -> Floats:
    found = np.asarray(values, dtype=np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a weight is not finite")
    return found


def _check(weights: Sequence[Floats], biases: Sequence[Floats | None]) -> None:
    if not weights or any(weight.ndim != 2 for weight in weights) or weights[-1].shape[0] != 1:
        raise ValueError("the layers do not end in one number")
    for weight, bias in zip(weights, biases, strict=True):
        if bias is not None and bias.shape != weight.shape[:1]:
            raise ValueError("a bias does not fit its layer")
    for before, after in itertools.pairwise(weights):
        if before.shape[0] != after.shape[1]:
            raise ValueError("two layers do not fit each other")

"""Trains an energy head on vectors that stay as they are; a run that was cut short goes on as if it had not.

Everything random comes from two generators whose states are part of a checkpoint.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from holdfast.core.errors import InfrastructureError
from holdfast.training.energy import EnergyNet
from holdfast.training.health import Health, measure
from holdfast.training.losses import LOG_TEMPERATURE, depth_regression, info_nce, margin_ranking
from holdfast.training.samplers import Batch, Mix, Sampler
from holdfast.training.value_examples import Example
from holdfast.training.value_settings import ValueSettings
from holdfast.value.head import head_inputs

__all__ = ["Look", "Material", "Trainer", "TrainingStoppedError"]

_NATURAL = Mix(hard=0.1, medium=0.3)
"""Negatives as search meets them: what validation is measured on."""
_VALIDATION_BATCHES = 4


class TrainingStoppedError(InfrastructureError):
    """Training went wrong; the last checkpoint stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Examples with their vectors, and which of them are for what."""

    examples: Sequence[Example]
    states: NDArray[np.float32]
    """A row an example."""
    roots: NDArray[np.float32]
    """A row an example: the goal that its search began with."""
    training: Sequence[int]
    validation: Sequence[int]


@dataclass(frozen=True, slots=True)
class Look:
    """What validation showed after some steps."""

    step: int
    health: Health
    training: Health
    """Of the last batch."""
    best: bool
    """Whether no look before was better."""
    alarms: tuple[str, ...]


@dataclass(slots=True)
class _Progress:
    """All that goes on from step to step, weights and generators apart."""

    step: int = 0
    skipped: int = 0
    skipped_in_a_row: int = 0
    at_bound: int = 0
    best_loss: float = math.inf
    best_step: int = 0
    looks_since_best: int = 0
    ended: str = ""


@dataclass(slots=True, eq=False)
class Trainer:
    """One run of training. Raises ValueError where there is no pair to learn from."""

    material: Material
    settings: ValueSettings
    net: EnergyNet = field(init=False)
    progress: _Progress = field(default_factory=_Progress)
    best: dict[str, Tensor] = field(default_factory=dict)
    """The weights of the best look."""
    _optimizer: torch.optim.Optimizer = field(init=False)
    _sampler: Sampler = field(init=False)
    _checks: list[Batch] = field(init=False)
    _draws: np.random.Generator = field(init=False)
    _noise: torch.Generator = field(init=False)
    _remaining: Tensor = field(init=False)

    def __post_init__(self) -> None:
        settings, material = self.settings, self.material
        self._noise = torch.Generator().manual_seed(settings.seed)
        self._draws = np.random.default_rng(settings.seed)
        width = material.states.shape[1] * (3 if settings.conditioned else 1)
        self.net = EnergyNet(
            width,
            settings.hidden,
            norm=settings.spectral_norm,
            dropout=settings.dropout,
            generator=self._noise,
        )
        self._optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        mix = Mix(settings.hard, settings.medium)
        self._sampler = Sampler(material.examples, material.training, mix)
        self._checks = self._validation_batches()
        remaining = [-1 if one.remaining is None else one.remaining for one in material.examples]
        self._remaining = torch.tensor(remaining, dtype=torch.float32)

    def _validation_batches(self) -> list[Batch]:
        """The same at every look; of the training set where no theorem is left for validation."""
        material = self.material
        draws = np.random.default_rng(self.settings.seed + 1)
        try:
            sampler = Sampler(material.examples, material.validation, _NATURAL)
        except ValueError:
            sampler = Sampler(material.examples, material.training, _NATURAL)
        size = max(self.settings.batch, 32)
        return [sampler.batch(draws, size, self.settings.negatives) for _ in range(_VALIDATION_BATCHES)]

    def run(self) -> Iterator[Look]:
        """Train to the end, look by look. Raises TrainingStoppedError."""
        while not self.progress.ended:
            health = self._train_until_look()
            yield self._look(health)

    def _train_until_look(self) -> Health:
        settings, progress = self.settings, self.progress
        self.net.train()
        while True:
            health = self._step()
            progress.step += 1
            if progress.skipped_in_a_row >= settings.nonfinite_steps:
                raise TrainingStoppedError(
                    f"the loss was not finite {settings.nonfinite_steps} times in a row up to step"
                    f" {progress.step}: lower the learning rate, or look for vectors that are too large"
                )
            if progress.at_bound >= settings.bound_steps:
                raise TrainingStoppedError(
                    f"the temperature was at its bound for {settings.bound_steps} steps up to step"
                    f" {progress.step}: lower the learning rate, or train with --loss-type margin_ranking"
                )
            if progress.step % settings.look_every == 0 or progress.step >= settings.steps:
                return health

    def _step(self) -> Health:
        """One update; skipped where the loss is not finite."""
        settings, progress = self.settings, self.progress
        batch = self._sampler.batch(self._draws, settings.batch, settings.negatives)
        for group in self._optimizer.param_groups:
            group["lr"] = settings.learning_rate * self._schedule(progress.step)
        self._optimizer.zero_grad()
        loss, health = self._losses(batch)
        finite = bool(torch.isfinite(loss))
        if finite:
            loss.backward()  # type: ignore[no-untyped-call]
            length = torch.nn.utils.clip_grad_norm_(self.net.parameters(), settings.clip)
            finite = bool(torch.isfinite(length))
        if finite:
            self._optimizer.step()
            with torch.no_grad():
                self.net.log_temperature.clamp_(*LOG_TEMPERATURE)
        progress.skipped += not finite
        progress.skipped_in_a_row = 0 if finite else progress.skipped_in_a_row + 1
        bound = float(self.net.log_temperature.detach()) in LOG_TEMPERATURE
        progress.at_bound = progress.at_bound + 1 if bound else 0
        return health

    def _schedule(self, step: int) -> float:
        """The share of the learning rate: a linear rise, then a cosine to 0."""
        warm_up, steps = self.settings.warm_up, self.settings.steps
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / max(steps - warm_up, 1)))

    def _losses(self, batch: Batch) -> tuple[Tensor, Health]:
        settings = self.settings
        indices = np.concatenate((batch.positive_P[:, None], batch.negative_PK), axis=1)
        rows = self._rows(indices.ravel(), batch)
        energies = self.net(rows).reshape(indices.shape)
        positive, negative = energies[:, 0], energies[:, 1:]
        if settings.loss == "info_nce":
            contrastive = info_nce(positive, negative, self.net.log_temperature)
        else:
            contrastive = margin_ranking(positive, negative, settings.margin)
        depth = depth_regression(positive, self._remaining[torch.from_numpy(batch.positive_P)])
        loss = contrastive + settings.depth_weight * depth
        health = measure(
            positive.detach().numpy(),
            negative.detach().numpy(),
            losses=(float(loss.detach()), float(contrastive.detach()), float(depth.detach())),
            margin=settings.margin,
            temperature=float(self.net.log_temperature.detach().exp()),
        )
        return loss, health

    def _rows(self, indices: NDArray[np.int64], batch: Batch) -> Tensor:
        """Inputs of the head; each goal is seen under the root of the positive that it is compared with."""
        states = self.material.states[indices]
        own = np.repeat(batch.positive_P, 1 + batch.negative_PK.shape[1])
        rows = head_inputs(states, self.material.roots[own], conditioned=self.settings.conditioned)
        return torch.from_numpy(np.ascontiguousarray(rows))

    def _look(self, training: Health) -> Look:
        settings, progress = self.settings, self.progress
        self.net.eval()
        with torch.no_grad():
            looks = [self._losses(batch)[1] for batch in self._checks]
        means = {name: float(np.mean([asdict(one)[name] for one in looks])) for name in asdict(looks[0])}
        health = Health(**means)
        best = health.contrastive < progress.best_loss
        if best:
            progress.best_loss, progress.best_step = health.contrastive, progress.step
            self.best = {name: value.clone() for name, value in self.net.state_dict().items()}
        progress.looks_since_best = 0 if best else progress.looks_since_best + 1
        if progress.step >= settings.steps:
            progress.ended = "all steps are done"
        elif progress.looks_since_best >= settings.patience:
            progress.ended = f"no better for {settings.patience} looks"
        return Look(progress.step, health, training, best, tuple(health.alarms()))

    def finish(self) -> EnergyNet:
        """The head of the best look."""
        if self.best:
            self.net.load_state_dict(self.best)
        return self.net.eval()

    def tensors(self) -> dict[str, Tensor]:
        """All tensors that a checkpoint needs."""
        found = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        found |= {f"best.{name}": value for name, value in self.best.items()}
        for number, state in self._optimizer.state_dict()["state"].items():
            found |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
        found["noise"] = self._noise.get_state()
        return {name: value.detach().clone().contiguous() for name, value in found.items()}

    def notes(self) -> dict[str, Any]:
        """The rest of a checkpoint, as plain data."""
        progress = asdict(self.progress)
        if math.isinf(self.progress.best_loss):
            progress["best_loss"] = None
        return {"progress": progress, "draws": self._draws.bit_generator.state}

    def restore(self, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
        """Go on from a checkpoint. Raises KeyError, ValueError or RuntimeError on one of another run."""
        parts: dict[str, dict[str, Tensor]] = {"net": {}, "best": {}}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            kind, _, rest = name.partition(".")
            if kind in parts:
                parts[kind][rest] = value
            elif kind == "optimizer":
                number, _, which = rest.partition(".")
                moments.setdefault(int(number), {})[which] = value
        self.net.load_state_dict(parts["net"])
        self.best = parts["best"]
        whole = copy.deepcopy(self._optimizer.state_dict())
        whole["state"] = moments
        self._optimizer.load_state_dict(whole)
        self._noise.set_state(tensors["noise"])
        self._draws.bit_generator.state = notes["draws"]
        progress = dict(notes["progress"])
        best_loss = progress.pop("best_loss")
        self.progress = _Progress(**progress, best_loss=math.inf if best_loss is None else best_loss)

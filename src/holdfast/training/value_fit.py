"""From examples to a value that search can use: vectors, training, calibration, weight.

Theorems fall into parts by their names. For each part a head is trained on the others; what the heads say of
theorems that they never saw calibrates the chances, fits the weight beside log-probability, and switches the
value off where it does not help. Search uses the mean of the heads.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.encodings import EncodeSpec
from holdfast.core.vectors import Vector
from holdfast.training.calibration import brier, fit_isotonic, fit_platt
from holdfast.training.decisions import Decision, MixFit, accuracy, decisions_of, fit_mix
from holdfast.training.value_checkpoints import last_checkpoint, load_checkpoint, save_checkpoint
from holdfast.training.value_examples import Example, fold_of, split
from holdfast.training.value_settings import ValueSettings
from holdfast.training.value_trainer import Look, Material, Trainer
from holdfast.value.calibration import Calibration
from holdfast.value.head import EnergyHead, mean_of
from holdfast.value.storage import StoredValue

__all__ = ["Fitted", "NotEnough", "fit_value"]

_LEAST_PAIRS = 10
"""Positives with a sibling to be told from; with fewer, training learns names."""


@dataclass(frozen=True, slots=True)
class NotEnough:
    """There is too little to learn from."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained value and what held-out theorems say of it."""

    value: StoredValue
    mix: MixFit
    looks: tuple[Look, ...]
    ended: str
    """Why training ended."""


def fit_value(
    examples: Sequence[Example],
    vectors: Mapping[str, Vector],
    spec: EncodeSpec,
    settings: ValueSettings,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
    look: Callable[[Look], None] = lambda _look: None,
) -> Fitted | NotEnough:
    """Train, calibrate and weigh a value.

    Args:
        examples: of all theorems; those whose goal or root has no vector are left out.
        vectors: by text.
        spec: how the vectors were made.
        settings: how to train.
        checkpoints: a folder for checkpoints, None for none.
        resume: whether to go on from the last checkpoint there.
        look: told of each look at the validation set.

    Raises:
        TrainingStoppedError: training went wrong.
        UserError: the checkpoint is of another run.
        StorageError: a checkpoint cannot be read or written.
    """
    known = [one for one in examples if one.state in vectors and one.root in vectors]
    if (reason := _too_little(known, settings)) is not None:
        return NotEnough(reason)
    states = np.stack([vectors[one.state] for one in known])
    roots = np.stack([vectors[one.root] for one in known])
    identity = _identity(known, spec, settings)
    energies = np.zeros(len(known), dtype=np.float32)
    looks: list[Look] = []
    trainers: list[Trainer] = []
    heads: list[EnergyHead] = []
    for fold in range(settings.folds):
        trainer = Trainer(_material(known, states, roots, fold, settings), settings)
        place = None if checkpoints is None else checkpoints / f"fold_{fold}"
        looks += _train(trainer, place, identity, resume=resume, look=look)
        own = _fold(known, fold, settings)
        head = trainer.finish().exported(conditioned=settings.conditioned)
        energies[own] = head.energies(states[own], roots[own])
        trainers.append(trainer)
        heads.append(head)
    return _judged(known, energies, spec, settings, mean_of(heads), trainers, looks)


def _fold(known: Sequence[Example], fold: int, settings: ValueSettings) -> list[int]:
    return [at for at, one in enumerate(known) if fold_of(one.theorem, settings.folds, settings.seed) == fold]


def _material(
    known: Sequence[Example],
    states: NDArray[np.float32],
    roots: NDArray[np.float32],
    fold: int,
    settings: ValueSettings,
) -> Material:
    """What the head of one part learns from: all other parts, some theorems of which say when to stop."""
    own = set(_fold(known, fold, settings))
    others = [at for at in range(len(known)) if at not in own]
    training, validation = split(known, others, settings.validation, settings.seed + 1)
    if {known[at].positive for at in training} != {True, False}:
        training, validation = others, []  # of a few theorems none can be spared
    return Material(known, states, roots, training, validation)


def _train(
    trainer: Trainer,
    place: Path | None,
    identity: Mapping[str, Any],
    *,
    resume: bool,
    look: Callable[[Look], None],
) -> list[Look]:
    """Train to the end, from the last checkpoint on where there is one and that is wanted."""
    if resume and place is not None and (last := last_checkpoint(place)) is not None:
        load_checkpoint(last, trainer, identity)
    looks = []
    for one in trainer.run():
        looks.append(one)
        look(one)
        if place is not None:
            save_checkpoint(place, trainer, identity)
    return looks


def _too_little(known: Sequence[Example], settings: ValueSettings) -> str | None:
    """Why nothing can be learned; None where it can."""
    parts = [fold_of(one.theorem, settings.folds, settings.seed) for one in known]
    forks = decisions_of([_with_logprob(one) for one in known], range(len(known)))
    if len(forks) < _LEAST_PAIRS:
        return (
            f"the trajectories hold {len(forks)} steps of audited proofs with a sibling to be told from, and"
            f" at least {_LEAST_PAIRS} are needed: search more theorems, or with a larger budget"
        )
    for fold in range(settings.folds):
        if {one.positive for one, part in zip(known, parts, strict=True) if part != fold} != {True, False}:
            return "too few theorems have both a proof and a step off it: search more theorems"
    return None


def _with_logprob(example: Example) -> Example:
    return Example(example.theorem, "", "", example.place, example.positive, example.depth, logprob=0.0)


def _identity(known: Sequence[Example], spec: EncodeSpec, settings: ValueSettings) -> dict[str, Any]:
    """What a run that goes on from a checkpoint must have in common with the one that wrote it."""
    digest = hashlib.sha256()
    for one in known:
        digest.update(json.dumps([one.theorem, one.state, one.root, one.positive, one.remaining]).encode())
    return {
        "examples": digest.hexdigest()[:16],
        "encoder": spec.digest(),
        "settings": json.loads(settings.model_dump_json()),
    }


def _judged(
    known: Sequence[Example],
    energies: NDArray[np.float32],
    spec: EncodeSpec,
    settings: ValueSettings,
    head: EnergyHead,
    trainers: Sequence[Trainer],
    looks: Sequence[Look],
) -> Fitted:
    """What heads say of theorems that they never saw, and what follows for search."""
    proved = np.array([one.positive for one in known], dtype=np.bool_)
    fit = fit_isotonic if settings.calibration == "isotonic" else fit_platt
    calibration: Calibration = fit(energies, proved)
    decisions = decisions_of(known, range(len(known)))
    log_chances = [calibration.log_chances(energies[list(one.indices)]) for one in decisions]
    mix = fit_mix(decisions, log_chances, seed=settings.seed, least_confidence=settings.confidence)
    ended = "; ".join(dict.fromkeys(one.progress.ended for one in trainers))
    report = {
        "theorems": len({one.theorem for one in known}),
        "examples": len(known),
        "positives": int(proved.sum()),
        "decisions": len(decisions),
        "steps": [one.progress.step for one in trainers],
        "best_steps": [one.progress.best_step for one in trainers],
        "skipped_steps": sum(one.progress.skipped for one in trainers),
        "ended": ended,
        "alarms": sorted({alarm for one in looks if one.best for alarm in one.alarms}),
        "log_probability": asdict(mix.logprob),
        "value": asdict(mix.value),
        "mixed": asdict(mix.mixed),
        "confidence": mix.confidence,
        "brier": brier(calibration, energies, proved),
        "brier_of_prior": float(np.square(proved.mean() - proved).mean()),
        "by_depth": _by_depth(decisions, log_chances),
        "settings": json.loads(settings.model_dump_json()),
    }
    value = StoredValue(spec, head, calibration, mix.weight, mix.reason, report)
    return Fitted(value, mix, tuple(looks), ended)


def _by_depth(
    decisions: Sequence[Decision], log_chances: Sequence[NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """Accuracies depth by depth: depth alone explains much of any difference."""
    found = []
    for depth in sorted({one.depth for one in decisions}):
        chosen = [at for at, one in enumerate(decisions) if one.depth == depth]
        here = [decisions[at] for at in chosen]
        found.append(
            {
                "depth": depth,
                "log_probability": asdict(accuracy(here, [one.logprobs for one in here])),
                "value": asdict(accuracy(here, [log_chances[at] for at in chosen])),
            }
        )
    return found

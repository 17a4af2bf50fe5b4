"""From examples to a value that search can use: vectors, training, calibration, weight.

Theorems that are held out by their name see no training; on them the chances are calibrated, the weight
beside log-probability is fitted, and the value is switched off where it does not help.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.core.encodings import EncodeSpec, Vector
from holdfast.training.calibration import brier, fit_isotonic, fit_platt
from holdfast.training.decisions import MixFit, accuracy, decisions_of, fit_mix
from holdfast.training.value_checkpoints import last_checkpoint, load_checkpoint, save_checkpoint
from holdfast.training.value_examples import Example, split
from holdfast.training.value_settings import ValueSettings
from holdfast.training.value_trainer import Look, Material, Trainer
from holdfast.value.calibration import Calibration
from holdfast.value.head import EnergyHead
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
    brier: float
    """Mean squared error of the chances on held-out goals."""
    prior_brier: float
    """The same for the share of goals that were proved, whatever the goal."""


@dataclass(frozen=True, slots=True)
class _Parts:
    material: Material
    held: list[int]


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
    parts = _parts(known, vectors, settings)
    if (reason := _too_little(parts)) is not None:
        return NotEnough(reason)
    trainer = Trainer(parts.material, settings)
    identity = _identity(known, spec, settings)
    if resume and checkpoints is not None and (last := last_checkpoint(checkpoints)) is not None:
        load_checkpoint(last, trainer, identity)
    looks = []
    for one in trainer.run():
        looks.append(one)
        look(one)
        if checkpoints is not None:
            save_checkpoint(checkpoints, trainer, identity)
    head = trainer.finish().exported(conditioned=settings.conditioned)
    return _judged(parts, spec, settings, head, trainer, looks)


def _parts(known: Sequence[Example], vectors: Mapping[str, Vector], settings: ValueSettings) -> _Parts:
    training, held = split(known, settings.held_out, settings.seed)
    inner = [known[index] for index in training]
    kept, checked = split(inner, settings.validation, settings.seed + 1)
    states = np.stack([vectors[one.state] for one in known]) if known else np.zeros((0, 1), np.float32)
    roots = np.stack([vectors[one.root] for one in known]) if known else np.zeros((0, 1), np.float32)
    return _Parts(
        Material(known, states, roots, [training[at] for at in kept], [training[at] for at in checked]), held
    )


def _too_little(parts: _Parts) -> str | None:
    examples, training = parts.material.examples, parts.material.training
    pairs = len(decisions_of([_with_logprob(examples[at]) for at in training], range(len(training))))
    if pairs < _LEAST_PAIRS:
        return (
            f"the trajectories hold {pairs} steps of audited proofs with a sibling to be told from, and at"
            f" least {_LEAST_PAIRS} are needed: search more theorems, or with a larger budget"
        )
    held = parts.held
    if not any(examples[at].positive for at in held) or all(examples[at].positive for at in held):
        return "no held-out theorem has both a proof and a step off it: search more theorems"
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
    parts: _Parts,
    spec: EncodeSpec,
    settings: ValueSettings,
    head: EnergyHead,
    trainer: Trainer,
    looks: Sequence[Look],
) -> Fitted:
    """What the held-out theorems say."""
    material, held = parts.material, parts.held
    energies = np.zeros(len(material.examples), dtype=np.float32)
    energies[held] = head.energies(material.states[held], material.roots[held])
    proved = np.array([material.examples[at].positive for at in held], dtype=np.bool_)
    fit = fit_isotonic if settings.calibration == "isotonic" else fit_platt
    calibration: Calibration = fit(energies[held], proved)
    decisions = decisions_of(material.examples, held)
    log_chances = [calibration.log_chances(energies[list(one.indices)]) for one in decisions]
    mix = fit_mix(decisions, log_chances, seed=settings.seed, least_confidence=settings.confidence)
    off = brier(calibration, energies[held], proved)
    prior = float(np.square(proved.mean() - proved).mean())
    report = {
        "theorems": len({one.theorem for one in material.examples}),
        "examples": len(material.examples),
        "positives": sum(one.positive for one in material.examples),
        "held_out_theorems": len({material.examples[at].theorem for at in held}),
        "decisions": len(decisions),
        "steps": trainer.progress.step,
        "best_step": trainer.progress.best_step,
        "skipped_steps": trainer.progress.skipped,
        "ended": trainer.progress.ended,
        "alarms": list(looks[-1].alarms) if looks else [],
        "log_probability": asdict(mix.logprob),
        "value": asdict(mix.value),
        "mixed": asdict(mix.mixed),
        "confidence": mix.confidence,
        "brier": off,
        "brier_of_prior": prior,
        "by_depth": _by_depth(parts, log_chances),
        "settings": json.loads(settings.model_dump_json()),
    }
    value = StoredValue(spec, head, calibration, mix.weight, mix.reason, report)
    return Fitted(value, mix, tuple(looks), trainer.progress.ended, off, prior)


def _by_depth(parts: _Parts, log_chances: Sequence[NDArray[np.float64]]) -> list[dict[str, Any]]:
    """Accuracies on held-out decisions, depth by depth: depth alone explains much of any difference."""
    decisions = decisions_of(parts.material.examples, parts.held)
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

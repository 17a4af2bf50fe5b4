"""Checkpoints of a training run: folders that appear whole or not at all, in plain tensors and JSON."""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from holdfast.core.errors import StorageError, UserError
from holdfast.training.value_trainer import Trainer

__all__ = ["last_checkpoint", "load_checkpoint", "save_checkpoint"]

_STEP = re.compile(r"step_(\d+)")
_TENSORS, _NOTES = "tensors.safetensors", "state.json"


def save_checkpoint(folder: Path, trainer: Trainer, identity: Mapping[str, Any], *, keep: int = 2) -> None:
    """Write `folder/step_N`; of older ones the `keep` last stay, this one included. Raises StorageError.

    `identity` is what a run that goes on from it must have in common with this one.
    """
    place = folder / f"step_{trainer.progress.step}"
    part = folder / f".{place.name}.part"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        save_file(trainer.tensors(), part / _TENSORS)
        notes = {"identity": dict(identity), "trainer": trainer.notes()}
        (part / _NOTES).write_text(json.dumps(notes), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
        for old in _checkpoints(folder)[:-keep]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"cannot write {place}: {error.strerror}") from error


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint of the most steps, None where there is none."""
    found = _checkpoints(folder)
    return found[-1] if found else None


def _checkpoints(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _STEP.fullmatch(path.name))]
    return [path for _, path in sorted(found) if (path / _NOTES).is_file()]


def load_checkpoint(place: Path, trainer: Trainer, identity: Mapping[str, Any]) -> None:
    """Let `trainer` go on where the checkpoint was written.

    Raises UserError where it is of a run of something else, naming what differs, StorageError where it is
    damaged.
    """
    try:
        notes = json.loads((place / _NOTES).read_text(encoding="utf-8"))
        before = notes["identity"]
        differing = [name for name in identity if before.get(name) != identity[name]]
        if differing:
            raise UserError(
                f"{place} was written with other {', '.join(differing)}: train in another folder, or without"
                " --resume"
            )
        trainer.restore(load_file(place / _TENSORS), notes["trainer"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        words = " ".join(str(error).split())[:200]
        raise StorageError(f"the checkpoint {place} is damaged ({words}): delete it") from error

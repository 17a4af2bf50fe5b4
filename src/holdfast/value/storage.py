"""A trained value as a folder: `value.json` says how it was made, `head.safetensors` holds the head.

The weights need no PyTorch to be read, and nothing in the folder is executed.
"""

import importlib
import importlib.util
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import MissingToolError, StorageError, UserError
from holdfast.core.seams import Encoder
from holdfast.runtime.runs import publish
from holdfast.value.calibration import Calibration, read_calibration
from holdfast.value.energy import EnergyValue
from holdfast.value.head import EnergyHead, read_head

__all__ = ["StoredValue", "load_value", "save_value"]

_FORMAT = 1
_NOTES, _WEIGHTS = "value.json", "head.safetensors"


class _Notes(BaseModel):
    """What `value.json` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    encode_spec: dict[str, Any]
    conditioned: bool
    calibration: dict[str, Any]
    weight: float = Field(ge=0, le=100)
    reason: str
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A trained value without its encoder."""

    spec: EncodeSpec
    """Of the vectors that it was trained on."""
    head: EnergyHead
    calibration: Calibration
    weight: float
    """What its estimate counts beside log-probability; 0 where it is switched off."""
    reason: str = ""
    """Why it is switched off; empty where it is not."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What training and held-out theorems showed, as plain data."""

    def with_encoder(self, encoder: Encoder, *, weight: float | None = None) -> EnergyValue:
        """The value, ready for search; with `weight`, that counts instead of the fitted one.

        Raises UserError where the encoder makes other vectors than those that it was trained on.
        """
        if encoder.spec != self.spec:
            raise UserError(
                f"the value was trained on other vectors ({self.spec.differences(encoder.spec)}): train it"
                " again on these, or name the encoder that it was trained with"
            )
        chosen = self.weight if weight is None else weight
        return EnergyValue(encoder, self.head, self.calibration, weight=chosen)


def save_value(folder: Path, value: StoredValue) -> None:
    """Write a value; the notes come last, so that a folder with notes is whole. Raises StorageError."""
    numpy = _safetensors()
    tensors = {}
    for number, layer in enumerate(value.head.layers):
        tensors[f"layers.{number}.weight"] = layer.weight
        if layer.bias is not None:
            tensors[f"layers.{number}.bias"] = layer.bias
    notes = {
        "format": _FORMAT,
        "encode_spec": asdict(value.spec),
        "conditioned": value.head.conditioned,
        "calibration": value.calibration.to_json(),
        "weight": value.weight,
        "reason": value.reason,
        "report": dict(value.report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _NOTES).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}") from error
    publish(folder / _WEIGHTS, numpy.save(tensors))
    publish(folder / _NOTES, (json.dumps(notes, indent=1, ensure_ascii=False) + "\n").encode())


def load_value(folder: Path) -> StoredValue:
    """Read a value.

    Raises UserError where the folder holds none or one of another version, StorageError where it is damaged,
    MissingToolError where safetensors is not installed.
    """
    notes = _notes(folder)
    numpy = _safetensors()
    try:
        tensors = numpy.load((folder / _WEIGHTS).read_bytes())
        head = read_head(tensors, conditioned=notes.conditioned)
        calibration = read_calibration(notes.calibration)
        spec = EncodeSpec(**notes.encode_spec)
    except FileNotFoundError as error:
        raise UserError(f"{folder} holds no whole value: it has no {_WEIGHTS}") from error
    except OSError as error:
        raise StorageError(f"cannot read {folder}: {error.strerror}") from error
    except Exception as error:  # safetensors has errors of its own, which need not be imported
        words = " ".join(str(error).split())[:200]
        raise StorageError(f"the value in {folder} is damaged ({words}): train it again") from error
    return StoredValue(spec, head, calibration, notes.weight, notes.reason, notes.report)


def _notes(folder: Path) -> _Notes:
    path = folder / _NOTES
    try:
        data = json.loads(path.read_bytes())
        if isinstance(data, dict) and data.get("format") != _FORMAT:
            raise UserError(f"{path} has format {data.get('format')!r}, not {_FORMAT}: train the value again")
        notes = _Notes.model_validate(data)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{folder} holds no value: train one with holdfast train-value") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise StorageError(f"{path} is damaged: train the value again") from error
    if not math.isfinite(notes.weight):
        raise StorageError(f"{path} is damaged: train the value again")
    return notes


def _safetensors() -> Any:  # noqa: ANN401 - a module that need not be installed
    if importlib.util.find_spec("safetensors") is None:
        raise MissingToolError("values are kept with safetensors: pip install 'holdfast[value]'")
    return importlib.import_module("safetensors.numpy")

"""A note beside weights that were fine-tuned here: how they were trained, and so how they are asked."""

import json
from collections.abc import Mapping
from pathlib import Path

from holdfast.core.errors import UserError

__all__ = ["POLICY_FILE", "trained_prompt", "write_note"]

POLICY_FILE = "holdfast_policy.json"
_VERSION = 1


def write_note(folder: Path, note: Mapping[str, object]) -> None:
    """Leave a note in a folder of weights; `prompt` in it names the format that they were trained with."""
    text = json.dumps({"version": _VERSION, **note}, indent=2, sort_keys=True) + "\n"
    (folder / POLICY_FILE).write_text(text, encoding="utf-8")


def trained_prompt(folder: Path) -> str | None:
    """The prompt format that the weights in a folder were trained with, None where nobody says.

    Raises UserError where the note cannot be read.
    """
    path = folder / POLICY_FILE
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        return str(note["prompt"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} does not say how the model was trained: name a format with ?prompt="
        ) from error

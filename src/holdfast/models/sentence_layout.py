"""How a folder with a sentence model says that its vectors are made, as sentence-transformers writes it.

FOLDER/
  modules.json                      which modules follow each other: Transformer, Pooling, maybe Normalize
  1_Pooling/config.json             how the tokens of a text become one vector
  sentence_bert_config.json         after how many tokens a text is cut off
  config_sentence_transformers.json what is put in front of each text
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import UnsupportedError

__all__ = ["SentenceLayout", "SentencePooling", "is_sentence_model", "read_layout"]

SentencePooling: TypeAlias = Literal["cls", "mean", "max", "last"]
"""The first token, the mean of all, the largest of each number, or the last token."""

_MODULES = "modules.json"
_POOLINGS: dict[str, SentencePooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "last",
}
_NAMES: dict[str, SentencePooling] = {"cls": "cls", "mean": "mean", "max": "max", "lasttoken": "last"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceLayout:
    """What a folder says."""

    weights: Path
    """The folder with the weights and the tokenizer."""
    pooling: SentencePooling
    normalised: bool
    """Whether vectors get unit length."""
    most_tokens: int | None
    """What is behind so many tokens of a text is not read; None where only the model itself has a limit."""
    lower: bool
    """Whether texts are put in lower case first."""
    prefix: str
    """What stands in front of each text."""

    def spec(self, name: str) -> EncodeSpec:
        """How vectors of the model called `name` are made."""
        layer = f"last, of texts behind {self.prefix!r}" if self.prefix else "last"
        return EncodeSpec(model=name, layer=layer, pooling=self.pooling, normalised=self.normalised)


def is_sentence_model(folder: Path) -> bool:
    """Whether a folder is laid out like one."""
    return (folder / _MODULES).is_file()


def read_layout(folder: Path) -> SentenceLayout:
    """Read it. Raises UnsupportedError where the vectors are made in a way that is not known here."""
    listed = _read(folder, _MODULES)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise UnsupportedError(f"{folder / _MODULES} is damaged: it lists no modules")
    kinds = [str(each.get("type", "")).rpartition(".")[2] for each in listed]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnsupportedError(
            f"{folder} makes its vectors by {', '.join(kinds) or 'nothing'}; known are Transformer, Pooling"
            " and Normalize: choose another model, or serve this one and name its address"
        )
    weights, pooling = (_inside(folder, str(each.get("path", ""))) for each in listed[:2])
    cut = _record(weights, "sentence_bert_config.json")
    most = cut.get("max_seq_length")
    return SentenceLayout(
        weights=weights,
        pooling=_pooling(pooling),
        normalised=len(kinds) > 2,
        most_tokens=most if isinstance(most, int) and most > 0 else None,
        lower=cut.get("do_lower_case") is True,
        prefix=_prefix(folder),
    )


def _pooling(folder: Path) -> SentencePooling:
    told = _record(folder, "config.json")
    chosen = [key for key, value in told.items() if key.startswith("pooling_mode_") and value is True]
    named = told.get("pooling_mode")
    found = _NAMES.get(named) if isinstance(named, str) else None
    if found is None and len(chosen) == 1:
        found = _POOLINGS.get(chosen[0])
    if found is None:
        said = named or " and ".join(chosen) or "nothing"
        raise UnsupportedError(
            f"{folder / 'config.json'} pools by {said}; known are {', '.join(_NAMES)}, one at a time"
        )
    return found


def _prefix(folder: Path) -> str:
    """What is put in front where nobody chooses; other prompts of a model are not used."""
    told = _record(folder, "config_sentence_transformers.json")
    prompts, name = told.get("prompts"), told.get("default_prompt_name")
    return str(prompts.get(name, "")) if isinstance(prompts, dict) and name else ""


def _inside(folder: Path, path: str) -> Path:
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise UnsupportedError(f"{folder / _MODULES} names {path}, which is not in that folder")
    return found


def _record(folder: Path, name: str) -> dict[str, Any]:
    found = _read(folder, name)
    if not isinstance(found, dict):
        raise UnsupportedError(f"{folder / name} is damaged: it holds no settings")
    return found


def _read(folder: Path, name: str) -> Any:  # noqa: ANN401 - any JSON
    """What a file holds, no settings where there is none."""
    try:
        return json.loads((folder / name).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"{folder / name} cannot be read: {error}") from error

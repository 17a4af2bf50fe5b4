"""Encoders and trained values by what the user writes.

hashed, hashed:WIDTH            the embedded encoder
sglang+http://HOST              the `/encode` of a server, such as `holdfast serve`
http://HOST/v1, hf:DIR, ...  any other model that gives vectors, as for `--model`
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.apps.keys import find_key
from holdfast.apps.models import ModelSource, prepare_model
from holdfast.core.encodings import EncodeSpec
from holdfast.core.errors import ModelError, UserError
from holdfast.core.seams import Encoder
from holdfast.models.endpoint import Endpoint, EndpointSettings
from holdfast.models.goal_text import GoalStyle
from holdfast.models.patience import Patience
from holdfast.models.sentence_layout import is_sentence_model, read_layout
from holdfast.value.energy import EnergyValue
from holdfast.value.hashed import HASHED_WIDTH, HashedEncoder
from holdfast.value.model_encoder import ModelEncoder
from holdfast.value.storage import StoredValue, load_value

__all__ = ["OpenedValue", "open_encoder", "open_value"]

_MEASURES = "measures"
_HASHED = re.compile(r"hashed(?::(\d+))?")
_WIDTHS = (16, 1 << 16)


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A trained value for search, and what people should know of it."""

    value: EnergyValue | None
    """None where it is switched off."""
    stored: StoredValue
    remark: str


@asynccontextmanager
async def open_value(
    folder: Path,
    environ: Mapping[str, str],
    *,
    encoder: str | None = None,
    weight: float | None = None,
) -> AsyncIterator[OpenedValue]:
    """The value in `folder`, ready for search until the block ends.

    Where held-out theorems showed that it does not help, it is None and the remark says so.

    Args:
        folder: what `train-value` wrote.
        environ: for keys and proxies.
        encoder: who encodes, where that is not the embedded encoder.
        weight: what the estimate counts beside log-probability, instead of what was fitted.

    Raises:
        UserError: there is no value, or it was trained on other vectors.
        StorageError: it is damaged.
        MissingToolError: an extra is missing.
    """
    stored = load_value(folder)
    if not (stored.weight if weight is None else weight):
        yield OpenedValue(None, stored, _off(folder, stored))
        return
    async with open_encoder(encoder or _embedded(stored), environ) as made:
        value = stored.with_encoder(made, weight=weight)
        yield OpenedValue(value, stored, f"the value in {folder} counts {value.weight:.2f}")


def _off(folder: Path, stored: StoredValue) -> str:
    why = stored.reason or "its weight is 0"
    return f"the value in {folder} is switched off: {why}"


def _embedded(stored: StoredValue) -> str:
    """The embedded encoder that made the vectors. Raises UserError where another one did."""
    width = stored.head.dimension - HashedEncoder.MEASURES
    if width >= 0 and HashedEncoder(width).spec == stored.spec:
        return f"hashed:{width}" if width else _MEASURES
    raise UserError(
        f"the value was trained on vectors of {stored.spec.model}: name who makes them with --encoder"
    )


@asynccontextmanager
async def open_encoder(
    spec: str, environ: Mapping[str, str], *, style: GoalStyle | None = "bar"
) -> AsyncIterator[Encoder]:
    """The encoder that `spec` names, until the block ends; a model takes goals in `style`, None for any text.

    Raises UserError where it names none, ModelError where a server does not say how it encodes.
    """
    if spec == _MEASURES:
        yield HashedEncoder(0)
        return
    if (match := _HASHED.fullmatch(spec)) is not None:
        width = int(match[1] or HASHED_WIDTH)
        if not _WIDTHS[0] <= width <= _WIDTHS[1]:
            raise UserError(f"the embedded encoder has {_WIDTHS[0]} to {_WIDTHS[1]} numbers, not {width}")
        yield HashedEncoder(width)
        return
    source = prepare_model(spec, environ)
    model = source.make()
    try:
        yield ModelEncoder(model, await _spec_of(source, environ), style=style)
    finally:
        await model.aclose()
        await source.aclose()


async def _spec_of(source: ModelSource, environ: Mapping[str, str]) -> EncodeSpec:
    """How a model makes vectors, as far as can be known."""
    spec, options = source.spec, source.spec.options
    match spec.kind:
        case "sglang":
            return await _told(spec.place, environ, options.model or spec.place)
        case "hf":
            folder = Path(spec.place)
            if is_sentence_model(folder):
                return read_layout(folder).spec(folder.name)
            pooling = options.pooling or "last"
            return EncodeSpec(model=folder.name, layer="last", pooling=pooling, normalised=False)
        case "openai" | "replay":
            name = options.model or spec.place
            return EncodeSpec(model=name, layer="as its server", pooling="as its server", normalised=False)


async def _told(place: str, environ: Mapping[str, str], name: str) -> EncodeSpec:
    """What a server says of its vectors on `/model_info`; little, where it says nothing of them."""
    found = find_key(place, environ)
    settings = EndpointSettings(url=place, key=found.key, key_variable=found.variable, trust_env=True)
    endpoint = Endpoint(settings, Patience())
    try:
        told: Any = await endpoint.get("/model_info")
    except ModelError:
        told = None
    finally:
        await endpoint.aclose()
    said = told.get("encode_spec") if isinstance(told, dict) else None
    read: Callable[[str], Any] = (said if isinstance(said, dict) else {}).get
    return EncodeSpec(
        version=read("version") if isinstance(read("version"), int) else 1,
        model=str(read("model") or name),
        layer=str(read("layer") or "as its server"),
        pooling=str(read("pooling") or "as its server"),
        normalised=read("normalised") is True,
    )

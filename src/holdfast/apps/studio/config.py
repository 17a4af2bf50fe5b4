"""What `holdfast app` is asked for, and the file that says which models it offers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from holdfast.apps.config import resolve
from holdfast.apps.models import ModelSpec, parse_spec
from holdfast.core.errors import UserError
from holdfast.models.usage import Price

__all__ = ["Config", "ModelLine", "Offered", "offered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Where to listen, where to keep things, and whom to ask."""

    host: str = "127.0.0.1"
    port: int = 8080
    database: str | None = None
    """`sqlite:///FILE` or `postgresql://...`; None for a file in the data directory."""
    data: Path | None = None
    """The data directory; None for the user's."""
    models: tuple[str, ...] = ()
    """Language models, as for every command."""
    models_file: Path | None = None
    """A TOML file with models by name."""
    model_memory_mb: float | None = None
    """What models in this process may take together; None for half of the machine's memory."""
    token: str | None = None
    """The administrator's token; None for a new one at each start."""
    users: bool = False
    """Whether there are accounts beside the administrator."""
    unsafe: bool = False
    """Whether programs may run without a sandbox where none holds."""
    cache: Path | None = None


class ModelLine(BaseModel):
    """A model in the file: what clients may name, and nothing else is ever loaded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: str
    """As `--model` says it."""
    about: str = Field("", max_length=200)
    price: Price | None = None
    """What a million tokens cost, those that it reads (`prompt`) and those that it writes (`completion`)."""
    custom: str | None = None
    """A class of one's own that reads and writes for the model, as `module:Class`."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    models: dict[str, ModelLine] = Field(default_factory=dict)
    reviewer: str | None = None
    """The model that looks over every answer."""
    currency: Annotated[str, StringConstraints(min_length=1, max_length=12, strip_whitespace=True)] = "USD"
    """Of all prices."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The models that clients may name."""

    models: dict[str, ModelLine]
    reviewer: str | None
    currency: str
    """Of all prices."""


def offered(config: Config) -> Offered:
    """What the command line and the file name. Raises UserError where two models have one name."""
    file = _File() if config.models_file is None else resolve(_File, config.models_file, {})
    models = dict(file.models)
    for text in config.models:
        spec = parse_spec(text)
        name = _name(spec)
        if name in models:
            raise UserError(f"two models are called {name}: name them in a file, with --models FILE.toml")
        models[name] = ModelLine(spec=text, about="", custom=None)
    return Offered(models, file.reviewer, file.currency)


def _name(spec: ModelSpec) -> str:
    """What a model is called that has no name in the file: no path and no address is shown to clients."""
    if spec.options.model is not None:
        return spec.options.model
    return Path(spec.place).stem if spec.kind in {"replay", "hf"} else spec.place.partition("//")[2]

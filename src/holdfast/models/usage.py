"""What model calls cost: tokens counted by model, priced from a table that the user gives."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from holdfast.core.errors import UserError

__all__ = ["Ledger", "Price", "Total", "Usage", "load_prices"]

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(BaseModel):
    """What a million tokens cost, in any one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Amount
    completion: Amount

    def of(self, prompt: int, completion: int) -> float:
        """What so many tokens cost."""
        return (prompt * self.prompt + completion * self.completion) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one request used, as the server counts it."""

    model: str
    prompt_tokens: int
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What one model used so far."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached: int = 0
    """Answers that came from the cache and cost nothing."""
    cost: float | None = None
    """In the currency of the table; None for a model that is not in it."""


class Ledger:
    """Adds up what is used."""

    def __init__(self, prices: Mapping[str, Price] | None = None) -> None:
        """Know what tokens cost, by model; the name `*` prices all others."""
        self._prices = dict(prices or {})
        self._totals: dict[str, Total] = {}
        self._lock = Lock()  # the workers of a search live in threads of their own

    def record(self, usage: Usage) -> None:
        """Add one request."""
        with self._lock:
            old = self._totals.get(usage.model, Total())
            prompt = old.prompt_tokens + usage.prompt_tokens
            completion = old.completion_tokens + usage.completion_tokens
            self._totals[usage.model] = Total(
                requests=old.requests + 1,
                prompt_tokens=prompt,
                completion_tokens=completion,
                cached=old.cached,
                cost=self._cost(usage.model, prompt, completion),
            )

    def cached(self, model: str, count: int) -> None:
        """Add answers that were known already."""
        with self._lock:
            old = self._totals.get(model, Total(cost=self._cost(model, 0, 0)))
            self._totals[model] = replace(old, cached=old.cached + count)

    def totals(self) -> Mapping[str, Total]:
        """By model, in the order of first use."""
        return dict(self._totals)

    def price(self, model: str) -> Price | None:
        """Of a million tokens of a model; None where it is not known."""
        return self._prices.get(model, self._prices.get("*"))

    def _cost(self, model: str, prompt: int, completion: int) -> float | None:
        price = self.price(model)
        return None if price is None else price.of(prompt, completion)


_TABLE = TypeAdapter(dict[str, Price])


def load_prices(path: Path) -> Mapping[str, Price]:
    """The prices in a TOML file: a table a model, each with `prompt` and `completion`.

    Raises UserError on a file that is not that.
    """
    try:
        return _TABLE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"cannot read the prices in {path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{path}: {place}: {first['msg']}") from error

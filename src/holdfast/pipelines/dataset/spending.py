"""How a language model is asked: how often, how many questions at once, and for how much money."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.errors import ModelError, UserError
from holdfast.models.usage import Ledger, Price, Usage

__all__ = ["Account", "AskSettings", "Pace", "SpentError"]

_NOTHING = 1e-12
"""What rounding leaves of sums of money."""


class AskSettings(BaseModel):
    """How a model is asked; none of it decides what it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    concurrency: int = Field(default=8, ge=1)
    """How many questions are under way at once."""
    per_minute: float = Field(default=0.0, ge=0)
    """Most questions a minute; 0 for no limit."""
    mean_delay: float = Field(default=0.0, ge=0)
    """Mean of the drawn pause in seconds before each question, 0 for none."""
    max_cost: float | None = Field(default=None, ge=0)
    """Most that all answers of this dataset may cost together, in the currency of the prices."""
    useless: int = Field(default=10, ge=1)
    """After so many answers in a row that cannot be used the model is given up."""


class SpentError(ModelError):
    """The next question may cost more than is left of what is allowed."""


class Account:
    """What may still be spent."""

    def __init__(self, limit: float | None, prices: Mapping[str, Price], spent: float) -> None:
        self._limit = limit
        self._prices = prices
        self._spent = spent
        self._reserved = 0.0
        self._changed = asyncio.Condition()

    def cost(self, usages: Sequence[Usage]) -> float | None:
        """What requests cost; None where there is no price."""
        ledger = Ledger(self._prices)
        for usage in usages:
            ledger.record(usage)
        costs = [total.cost for total in ledger.totals().values()]
        return sum(cost for cost in costs if cost is not None) if None not in costs else None

    async def reserve(self, most: float | None) -> float:
        """Set aside what a question may cost at most, when others have ended that leave enough.

        Raises SpentError where there is not so much left.
        """
        if self._limit is None:
            return 0.0
        if most is None:
            raise UserError(
                "--max-cost takes prices: name a table, as in --model 'URL?model=NAME&prices=FILE'"
            )
        async with self._changed:
            while self._spent + self._reserved + most > self._limit:
                if not self._reserved:
                    raise SpentError(
                        f"{self._spent:.4f} of {self._limit:g} is spent and the next question may cost"
                        f" {most:.4f}: run it again with a higher --max-cost to go on"
                    )
                await self._changed.wait()
            self._reserved += most
        return most

    async def settle(self, reserved: float, cost: float) -> None:
        """Put what a question cost in the place of what was set aside."""
        async with self._changed:
            left = self._reserved - reserved
            self._reserved = left if left > _NOTHING else 0.0
            self._spent += cost
            self._changed.notify_all()


@dataclass
class Pace:
    """Holds questions back."""

    settings: AskSettings
    next_s: float = 0.0
    draws: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    async def wait(self) -> None:
        """Return when the next question may be asked."""
        pause_s = self.draws.uniform(0, 2 * self.settings.mean_delay)
        if self.settings.per_minute:
            now_s = time.monotonic()
            turn_s = max(now_s, self.next_s)
            self.next_s = turn_s + 60 / self.settings.per_minute
            pause_s += turn_s - now_s
        if pause_s:
            await asyncio.sleep(pause_s)

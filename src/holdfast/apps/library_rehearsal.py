"""What the next questions of an experiment would cost: what needs no answer is done, nothing is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import ModelError
from holdfast.core.seams import LanguageModel
from holdfast.models.answer_cache import AnswerCache
from holdfast.models.usage import Price
from holdfast.pipelines.dataset.asking import Asked, Asker, Record, estimate
from holdfast.pipelines.dataset.prompting import Prompt
from holdfast.pipelines.dataset.spending import AskSettings

__all__ = ["Rehearsal", "Unasked", "UnaskedError"]

_T = TypeVar("_T")


class UnaskedError(ModelError):
    """The answer to a question is not kept, and nothing is asked in a rehearsal."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """What one step would ask next."""

    step: str
    calls: int
    prompt_tokens: int
    """About."""
    completion_tokens: int
    """At most."""
    cost: float | None
    """At most; None without a price."""


class Rehearsal(Asker):
    """Tells what is kept, and counts what is not; fills the place of an `Asker`."""

    def __init__(
        self,
        model: LanguageModel,
        identity: str,
        cache: AnswerCache,
        prices: Mapping[str, Price],
        settings: AskSettings,
    ) -> None:
        """Count nothing yet."""
        super().__init__(model, identity, cache, prices, settings)
        self._prices = prices
        self._unasked: dict[str, Unasked] = {}

    def unasked(self) -> tuple[Unasked, ...]:
        """What would be asked, by step."""
        return tuple(self._unasked.values())

    async def ask(
        self,
        step: str,
        prompt: Prompt,
        values: Mapping[str, str],
        read: Callable[[str], _T],
        *,
        images: Sequence[str] = (),
    ) -> Asked[_T]:
        """The answer that is kept. Raises UnaskedError where there is none."""
        if not self.knows(prompt, values, images):
            self._count(step, prompt.ask(values, images), prompt.sampling)
        return await super().ask(step, prompt, values, read, images=images)

    async def _pay(self, key: str, step: str, turns: Sequence[Message], sampling: Sampling) -> Record:
        del key, turns, sampling
        raise UnaskedError(f"step {step} asks questions whose answers are not kept: run it without --dry-run")

    def _count(self, step: str, turns: Sequence[Message], sampling: Sampling) -> None:
        total = estimate(turns, sampling.max_tokens, self.name, self._prices)
        old = self._unasked.get(step, Unasked(step, 0, 0, 0, None if total.cost is None else 0.0))
        cost = None if old.cost is None or total.cost is None else old.cost + total.cost
        self._unasked[step] = Unasked(
            step,
            old.calls + 1,
            old.prompt_tokens + total.prompt_tokens,
            old.completion_tokens + total.completion_tokens,
            cost,
        )

"""What answers cost: by the prices that the operator gave, and not at all where something is missing."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from holdfast.apps.models import prepare_model
from holdfast.apps.studio.config import Config, offered
from holdfast.coding.records import Request, Usage
from holdfast.coding.workshop import Offer, Workshop
from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import SandboxUnavailableError, UserError
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Loadable, ModelShelf
from holdfast.models.usage import Price

PRICE = Price(prompt=2.0, completion=10.0)


def _cost(cost: float | None, currency: str = "USD") -> Usage:
    return Usage(prompt_tokens=1, completion_tokens=1, cost=cost, currency=currency)


def test_a_sum_is_known_where_all_of_it_is() -> None:
    nothing = Usage(calls=0)
    assert (nothing + _cost(2.0), _cost(2.0) + nothing) == (_cost(2.0), _cost(2.0))
    both = _cost(2.0) + _cost(0.5)
    assert (both.cost, both.currency, both.calls) == (2.5, "USD", 2)
    assert (_cost(2.0) + _cost(None)).cost is None
    assert (_cost(2.0) + _cost(2.0, "EUR")).cost is None


class Telling:
    """Fills `LanguageModel`: answers with a program, and tells how many tokens that took."""

    name = "telling"

    def __init__(self, ending: Ending) -> None:
        self._ending = ending

    async def chat(self, messages: Sequence[Message], sampling: Sampling) -> AsyncGenerator[str]:
        yield "```python\nx = 1\n```\n"
        yield self._ending

    async def complete(self, prompt: str, sampling: Sampling) -> Sequence[Completion]:
        raise AssertionError

    async def embed(self, texts: Sequence[str]) -> Sequence[tuple[float, ...]]:
        raise AssertionError

    async def aclose(self) -> None:
        pass


@pytest.mark.asyncio
async def test_an_answer_costs_what_its_tokens_cost() -> None:
    full = Telling(Ending("stop", prompt_tokens=1000, completion_tokens=100))
    half = Telling(Ending("stop", completion_tokens=100))

    def loadable(model: LanguageModel) -> Loadable:
        async def load(report: object) -> LanguageModel:
            return model

        return Loadable(load, 0.0)

    models = {"priced": full, "free": full, "half": half}
    shelf = ModelShelf({name: loadable(model) for name, model in models.items()}, memory_mb=1)
    offers = {"priced": Offer("", price=PRICE, currency="EUR"), "half": Offer("", price=PRICE)}
    workshop = Workshop(shelf, offers, sandbox=SandboxUnavailableError("none here"))
    found = {}
    for name in models:
        answer = await workshop.generate(Request(model=name, language="python", task="x"))
        found[name] = (answer.usage.cost, answer.usage.currency)
    told = {each.name: (each.price, each.currency) for each in workshop.models()}
    await workshop.aclose()
    assert found == {"priced": (0.003, "EUR"), "free": (None, ""), "half": (None, "")}
    assert told == {"priced": (PRICE, "EUR"), "free": (None, ""), "half": (PRICE, "USD")}


def test_prices_stand_in_the_file_of_models_or_in_a_table(tmp_path: Path) -> None:
    file, table = tmp_path / "models.toml", tmp_path / "prices.toml"
    table.write_text("[small]\nprompt = 1\ncompletion = 2\n")
    line = f'[models.a]\nspec = "http://127.0.0.1:9/v1?model=small&prices={table}"\n'
    file.write_text(
        'currency = "EUR"\n' + line + "[models.b]\nspec = 'replay:x'\nprice = {prompt=3, completion=4}\n"
    )
    found = offered(Config(models_file=file))
    assert (found.currency, found.models["b"].price) == ("EUR", Price(prompt=3, completion=4))
    assert prepare_model(found.models["a"].spec, {}).ledger.price("small") == Price(prompt=1, completion=2)
    file.write_text("[models.b]\nspec = 'replay:x'\nprice = {prompt=-3, completion=4}\n")
    with pytest.raises(UserError, match="prompt"):
        offered(Config(models_file=file))

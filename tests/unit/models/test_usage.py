"""Tokens counted and priced."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from holdfast.core.errors import UserError
from holdfast.models.usage import Ledger, Price, Total, Usage, load_prices


def test_totals_are_by_model_and_unknown_prices_stay_unknown() -> None:
    ledger = Ledger({"a": Price(prompt=2.0, completion=4.0)})
    for name in ("a", "b", "a"):
        ledger.record(Usage(model=name, prompt_tokens=500_000, completion_tokens=250_000))
    ledger.cached("b", 3)
    totals = ledger.totals()
    assert list(totals) == ["a", "b"]
    assert totals["a"] == Total(requests=2, prompt_tokens=1_000_000, completion_tokens=500_000, cost=4.0)
    assert totals["b"] == Total(requests=1, prompt_tokens=500_000, completion_tokens=250_000, cached=3)


def test_a_star_prices_all_others() -> None:
    ledger = Ledger({"*": Price(prompt=1.0, completion=1.0)})
    ledger.record(Usage(model="x", prompt_tokens=1_000_000))
    ledger.cached("y", 1)
    assert [total.cost for total in ledger.totals().values()] == [1.0, 0.0]


def test_workers_in_threads_lose_nothing() -> None:
    ledger = Ledger()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(ledger.record, Usage(model="m", prompt_tokens=1, completion_tokens=2))
    assert ledger.totals()["m"] == Total(requests=400, prompt_tokens=400, completion_tokens=800)


def test_prices_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["org/model"]\nprompt = 0.5\ncompletion = 1\n', encoding="utf-8")
    assert load_prices(file) == {"org/model": Price(prompt=0.5, completion=1.0)}
    for text, told in (
        ("[m]\nprompt = -1\ncompletion = 1", "m.prompt"),
        ("[m]\nprompt = 1", "m.completion"),
        ("[", "cannot"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=told):
            load_prices(file)
    with pytest.raises(UserError, match="cannot read"):
        load_prices(tmp_path / "none.toml")

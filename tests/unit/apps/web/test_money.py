"""What answers cost, as the page writes it: nothing is made up, and nothing is added up that cannot be."""

import pytest

from holdfast.apps.web.money import money, spent


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0.0, "0.00"), (12.4, "12.40"), (0.1, "0.10"), (0.003, "0.0030"), (0.000042, "0.000042")],
)
def test_two_figures_count(amount: float, written: str) -> None:
    assert money(amount, "EUR") == f"{written} EUR"


def test_only_what_is_known_is_summed_up_by_currency() -> None:
    unknown = {"cost": None, "currency": ""}
    assert spent([]) == spent([unknown, {}]) == ""
    assert spent([{"cost": 0.5, "currency": "USD"}, unknown, {"cost": 0.75, "currency": "USD"}]) == "1.25 USD"
    assert spent([{"cost": 1, "currency": "USD"}, {"cost": 2, "currency": "EUR"}]) == "1.00 USD + 2.00 EUR"

"""Sums of money, as the page writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["money", "spent"]


def money(amount: float, currency: str) -> str:
    """An amount with two figures that count, however small it is: `0.00042 USD`, `12.40 USD`."""
    places = 2
    while amount and places < 9 and amount * 10 ** (places - 1) < 1:
        places += 1
    return f"{amount:.{places}f} {currency}"


def spent(usages: Sequence[Mapping[str, Any]]) -> str:
    """What answers cost together, as far as that is known; empty where it is known of none.

    Amounts in different currencies are not added up.
    """
    sums: dict[str, float] = {}
    for usage in usages:
        if usage.get("cost") is not None:
            sums[usage["currency"]] = sums.get(usage["currency"], 0.0) + usage["cost"]
    return " + ".join(money(amount, currency) for currency, amount in sums.items())

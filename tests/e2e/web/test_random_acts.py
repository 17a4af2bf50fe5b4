"""Whatever is done in two tabs, in any order and without waiting: both come to show what the app has."""

import os

import pytest
from playwright.sync_api import Browser
from tests.e2e.web.acts import HAND, Player, clear, faults
from tests.e2e.web.studio import WAIT_MS, Running, beside, tab_of

SEEDS = range(int(os.environ.get("HOLDFAST_TEST_SEEDS", "1")))
"""More of them look for rarer faults, a minute each."""
STEPS = 48 if len(SEEDS) == 1 else 120


@pytest.mark.parametrize("seed", SEEDS)
def test_two_tabs_at_random(browser: Browser, app: Running, seed: int) -> None:
    with app.client() as http, tab_of(browser, app.url) as tab:
        tab.page.context.add_init_script(HAND)
        before = clear(http)
        for number in range(3):
            body = {"language": "python", "model": "scripted", "title": f"Session {number}"}
            http.post("/v1/sessions", json=body).raise_for_status()
        tab.enter()
        other = beside(tab.page.context, app.url)
        other.enter()
        player = Player((tab, other), seed, before)
        player.play(STEPS)
        found = player.settle(http, WAIT_MS / 1000) + faults(player, http)
        assert not found, "\n".join([*found, *map(str, player.deeds)])

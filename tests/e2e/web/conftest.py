"""One app for all tests of its page; a browser for each module: Playwright keeps a loop in its thread."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.e2e.web.studio import WAIT_MS, Running, Tab, running, tab_of


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("studio")) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium: scripts/install-chromium installs one")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        # Chromium refuses its own sandbox to root, which tests in containers are.
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@pytest.fixture
def tab(browser: Browser, app: Running) -> Iterator[Tab]:
    """A tab that has come in; sessions that it makes take the model of the newest one."""
    with app.client() as http:
        body = {"language": "python", "model": "scripted"}
        http.post("/v1/sessions", json=body).raise_for_status()
    with tab_of(browser, app.url) as made:
        made.enter()
        yield made


@pytest.fixture
def browser_tab(browser: Browser, app: Running) -> Iterator[Tab]:
    """A tab of somebody who is not let in yet."""
    with tab_of(browser, app.url) as made:
        yield made

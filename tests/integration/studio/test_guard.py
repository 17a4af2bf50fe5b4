"""Who is let in, how often, and from which page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from tests.integration.studio.apps import TOKEN, App, served
from tests.integration.studio.test_sessions import session

from holdfast.apps.studio.guard import Guard, GuardSettings
from holdfast.apps.studio.rates import Rate
from holdfast.apps.studio.room import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('guarded') / 'app.sqlite'}") as app:
        yield app


def test_nobody_gets_in_without_a_word(app: App) -> None:
    stranger = app.client(None)
    routes: Any = stranger.get("/openapi.json")["paths"]
    for path, methods in routes.items():
        for method in methods:
            if (method, path) in {("get", "/"), ("get", "/ready"), ("post", "/v1/login")}:
                continue
            told = stranger.ask(method.upper(), re.sub(r"\{\w+\}", "x", path), status=401)
            assert told["code"] == "not_let_in", path
    assert app.client("wrong").get("/v1/me", status=401)["code"] == "wrong_token"
    assert stranger.post("/v1/login", {"token": "wrong"}, status=401)["code"] == "not_let_in"
    assert stranger.post("/v1/login", {"name": "local", "password": ""}, status=401)
    stranger.get("/enter?token=wrong", status=401)
    sent = stranger.http.get("/app")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login")


def test_a_page_is_let_in_by_a_cookie_and_cannot_be_made_to_act_by_another_page(app: App) -> None:
    page = app.client(None)
    entered = page.http.get(f"/enter?token={TOKEN}")
    cookie = entered.headers["set-cookie"].lower()
    assert entered.status_code == 303
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    me = page.get("/v1/me")
    assert me["by"] == "cookie"
    body = {"language": "python", "model": "echo"}
    assert page.post("/v1/sessions", body, status=403)["code"] == "forged"
    assert page.post("/v1/sessions", body, status=403, headers={"X-CSRF-Token": "x"})["code"] == "forged"
    right = {"X-CSRF-Token": me["csrf"]}
    elsewhere = {**right, "Origin": "https://evil.example"}
    assert page.post("/v1/sessions", body, status=403, headers=elsewhere)["code"] == "wrong_origin"
    cross = {**right, "Sec-Fetch-Site": "cross-site"}
    assert page.post("/v1/sessions", body, status=403, headers=cross)["code"] == "wrong_origin"
    page.post("/v1/sessions", body, status=201, headers={**right, "Origin": app.url})
    form = page.http.post("/v1/sessions", content=b"{}", headers={**right, "Content-Type": "text/plain"})
    assert form.status_code == 415
    page.post("/v1/logout", headers=right, status=204)
    page.get("/v1/me", status=401)


def test_a_browser_that_also_visits_another_app_of_the_same_host_stays_let_in(app: App) -> None:
    page = app.client(None)
    page.http.get(f"/enter?token={TOKEN}")
    ((name, secret),) = page.http.cookies.items()
    assert name == app.room.people.cookie
    page.http.cookies.clear()
    others = f"holdfast=other; holdfast-0123456789ab={secret}"
    page.get("/v1/me", status=401, headers={"Cookie": others})
    assert page.get("/v1/me", headers={"Cookie": f"{others}; {name}={secret}"})["by"] == "cookie"


def test_every_answer_says_how_browsers_have_to_take_it(app: App) -> None:
    client = app.client()
    for path in ("/", "/v1/me", "/v1/nothing", "/app", "/login", "/openapi.json"):
        headers = client.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "*" not in headers["content-security-policy"]


def test_who_asks_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    slow = Rate(burst=3, per_s=0.001)
    settings = Settings(accounts=True, logins=slow, jobs=slow)
    guard = GuardSettings(body_bytes=2_000, rate=Rate(burst=40, per_s=0.001))
    with served(f"sqlite:///{tmp_path / 'app.sqlite'}", settings=settings, guard=guard) as app:
        stranger, client = app.client(None), app.client()
        for _ in range(3):
            stranger.post("/v1/login", {"token": "guess"}, status=401)
        refused = stranger.http.post("/v1/login", json={"token": TOKEN})
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 1
        assert (
            client.post("/v1/snippets", {"title": "x", "code": "x" * 3_000}, status=413)["code"]
            == "too_large"
        )
        made = session(client)
        for _ in range(3):
            client.turn(made, "print")
        assert client.post(f"/v1/sessions/{made}/turns", {"prompt": "x"}, status=429)["hint"]
        statuses = [client.http.get("/v1/me").status_code for _ in range(40)]
        assert (statuses[0], statuses[-1]) == (200, 429)


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise ZeroDivisionError("a secret detail")


def test_what_nobody_foresaw_is_told_without_its_words(app: App, caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> httpx2.Response:
        guard = Guard(_broken, app.room.people, GuardSettings())
        transport = httpx2.ASGITransport(guard)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(transport=transport, base_url=app.url, headers=headers) as http:
            return await http.get("/v1/me")

    answer = app.thread.submit(ask()).result()
    assert answer.status_code == 500
    assert answer.json()["code"] == "bug"
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "a secret detail" in caplog.text, "the log says it"

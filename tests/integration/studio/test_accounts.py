"""Nobody reaches what belongs to others: on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from tests.integration.studio.apps import App, Client, served
from tests.integration.studio.test_sessions import session


@pytest.fixture(scope="module")
def app(address: str) -> Iterator[App]:
    with served(address) as app:
        yield app


def member(app: App, name: str) -> Client:
    """A program of a user with a token of its own."""
    app.client().post("/v1/users", {"name": name, "password": f"password of {name}"}, status=201)
    page = app.client(None)
    csrf = page.post("/v1/login", {"name": name, "password": f"password of {name}"})["csrf"]
    token = page.post("/v1/tokens", {"label": "a script"}, headers={"X-CSRF-Token": csrf}, status=201)[
        "token"
    ]
    return app.client(token)


def test_nobody_reaches_what_belongs_to_others(app: App) -> None:
    ada, eve = member(app, "ada"), member(app, "eve")
    made = session(ada, title="secret title")
    turn, job = ada.turn(made, "secret prompt")
    version = turn["version"]
    kept = ada.post("/v1/snippets", {"title": "secret", "version": version}, status=201)["id"]
    tokens = ada.get("/v1/tokens")
    mine = session(eve)
    crossings = (
        ("GET", f"/v1/sessions/{made}", None),
        ("PATCH", f"/v1/sessions/{made}", {"title": "taken"}),
        ("DELETE", f"/v1/sessions/{made}", None),
        ("POST", f"/v1/sessions/{made}/undelete", {}),
        ("GET", f"/v1/sessions/{made}/turns", None),
        ("POST", f"/v1/sessions/{made}/turns", {"prompt": "x"}),
        ("POST", f"/v1/sessions/{mine}/turns", {"prompt": "x", "parent": turn["id"]}),
        ("POST", f"/v1/sessions/{mine}/turns", {"prompt": "x", "base": version}),
        ("GET", f"/v1/sessions/{made}/versions", None),
        ("POST", f"/v1/sessions/{made}/versions", {"code": "x", "base": version}),
        ("GET", f"/v1/turns/{turn['id']}", None),
        ("POST", f"/v1/turns/{turn['id']}/again", {}),
        ("POST", f"/v1/turns/{turn['id']}/continue", {}),
        ("GET", f"/v1/versions/{version}", None),
        ("POST", f"/v1/versions/{version}/restore", {"base": version}),
        ("GET", f"/v1/diff?old={version}&new={version}", None),
        ("GET", f"/v1/jobs/{job['id']}", None),
        ("GET", f"/v1/jobs/{job['id']}/events", None),
        ("POST", f"/v1/jobs/{job['id']}/cancel", {}),
        ("POST", "/v1/runs", {"version": version}),
        ("POST", "/v1/tests", {"version": version}),
        ("POST", "/v1/runs", {"language": "python", "code": "x", "session": made}),
        ("POST", "/v1/tests/suggest", {"language": "python", "code": "x", "session": made}),
        ("POST", "/v1/snippets", {"title": "x", "version": version}),
        ("GET", f"/v1/snippets/{kept}", None),
        ("GET", f"/v1/snippets/{kept}/file", None),
        ("PATCH", f"/v1/snippets/{kept}", {"title": "taken"}),
        ("PUT", f"/v1/snippets/{kept}/share", None),
        ("DELETE", f"/v1/snippets/{kept}", None),
        ("POST", f"/v1/snippets/{kept}/undelete", {}),
        ("DELETE", f"/v1/tokens/{tokens[0]['id']}", None),
    )
    for method, path, body in crossings:
        assert eve.ask(method, path, body, status=404)["code"] == "not_found", (method, path)
    assert eve.get(f"/v1/jobs?session={made}") == []
    assert eve.get("/v1/snippets?q=secret") == []
    assert eve.get("/v1/sessions?q=secret") == []
    assert eve.get("/v1/users", status=403)["code"] == "not_allowed"
    eve.post("/v1/users", {"name": "more", "password": "a long password"}, status=403)
    assert ada.get(f"/v1/sessions/{made}")["title"] == "secret title"
    admin = app.client()
    assert admin.get(f"/v1/sessions/{made}", status=404), "not even the administrator"
    users = {each["name"]: each["id"] for each in admin.get("/v1/users")}
    new = {"old": "password of eve", "new": "another password"}
    eve.ask("PUT", f"/v1/users/{users['ada']}/password", new, status=403)
    eve.ask("PUT", f"/v1/users/{users['eve']}/password", {**new, "old": "wrong"}, status=403)
    eve.ask("PUT", f"/v1/users/{users['eve']}/password", new, status=204)
    eve.get("/v1/me", status=401)
    login = {"name": "eve", "password": "password of eve"}
    app.client(None).post("/v1/login", login, status=401)
    assert app.client(None).post("/v1/login", {**login, "password": "another password"})["by"] == "cookie"
    admin.ask("DELETE", f"/v1/users/{users['ada']}", status=204)
    ada.get("/v1/me", status=401)
    assert admin.ask("DELETE", f"/v1/users/{users['local']}", status=404)

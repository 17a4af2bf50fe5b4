"""The library: on SQLite and on PostgreSQL."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.studio.apps import App, Client, served
from tests.integration.studio.test_sessions import session


@pytest.fixture(scope="module")
def app(address: str) -> Iterator[App]:
    with served(address) as app:
        yield app


@pytest.fixture
def client(app: App) -> Client:
    """Somebody who has nothing yet."""
    admin = app.client()
    name = f"user{len(admin.get('/v1/users'))}"
    admin.post("/v1/users", {"name": name, "password": "a long password"}, status=201)
    page = app.client(None)
    csrf = page.post("/v1/login", {"name": name, "password": "a long password"})["csrf"]
    page.http.headers["X-CSRF-Token"] = csrf
    return page


def snippet(client: Client, title: str, code: str = "x = 1\n", *tags: str, language: str = "python") -> Any:
    body = {"title": title, "code": code, "language": language, "tags": tags}
    return client.post("/v1/snippets", body, status=201)


def titles(client: Client, **params: str) -> list[str]:
    return sorted(each["title"] for each in client.get("/v1/snippets", params=params))


def test_snippets_are_found_by_the_beginnings_of_words_by_tag_and_by_language(client: Client) -> None:
    snippet(client, "Reverse a list", "def reverse_list(xs): return xs[::-1]\n", "lists", "easy stuff")
    snippet(client, "Straße 'quoted' & co", "SELECT file.name FROM x\n", "sql", language="sql")
    snippet(client, "日本語 title", "naïve = 'é'\n", "lists")
    cases = {
        "rev": ["Reverse a list"],
        "LIST rev": ["Reverse a list"],
        "strasse": ["Straße 'quoted' & co"],
        "file": ["Straße 'quoted' & co"],
        "name quot": ["Straße 'quoted' & co"],
        "日本": ["日本語 title"],
        "NAÏVE": ["日本語 title"],
        "lists": ["Reverse a list", "日本語 title"],
        "ist": [],
        "\" OR * NEAR(' & | !:": [],
        "easy' | 'stuff": ["Reverse a list"],
    }
    assert {words: titles(client, q=words) for words in cases} == cases
    assert titles(client, tag="lists") == ["Reverse a list", "日本語 title"]
    assert titles(client, tag="lists", q="rev", language="python") == ["Reverse a list"]
    assert titles(client, language="sql") == ["Straße 'quoted' & co"]
    assert client.get("/v1/snippets/tags") == {"easy stuff": 1, "lists": 2, "sql": 1}


def test_a_snippet_is_renamed_deleted_had_back_and_shared(client: Client, app: App) -> None:
    made = snippet(client, "old", "print('<script>alert(1)</script>')\n```\n", "a", "a")
    path = f"/v1/snippets/{made['id']}"
    changed = client.ask("PATCH", path, {"title": "<b>new</b>", "tags": ["c", "b"], "revision": 1})
    assert (changed["title"], changed["tags"], changed["revision"]) == ("<b>new</b>", ["b", "c"], 2)
    client.ask("PATCH", path, {"title": "late", "revision": 1}, status=409)
    assert (titles(client, q="old"), titles(client, q="new")) == ([], ["<b>new</b>"])
    shared = client.ask("PUT", f"{path}/share")["share"]
    page = app.client(None).http.get(f"/s/{shared}")
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "<b>" not in page.text
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    written = client.get(f"{path}/file?form=markdown")
    assert "````python\nprint" in written
    client.ask("DELETE", path)
    assert titles(client) == []
    assert titles(client, deleted="true") == ["<b>new</b>"]
    app.client(None).get(f"/s/{shared}", status=404)
    client.post(f"{path}/undelete")
    assert titles(client, q="new") == ["<b>new</b>"]
    client.ask("DELETE", f"{path}/share")
    app.client(None).get(f"/s/{shared}", status=404)


@pytest.mark.parametrize("form", ["zip", "jsonl"])
def test_what_is_exported_and_imported_is_the_same(client: Client, form: str) -> None:
    turn, _ = client.turn(session(client), "print numbers")
    body = {"title": "from a session", "version": turn["version"], "tags": ["kept"]}
    kept = client.post("/v1/snippets", body, status=201)
    assert kept["provenance"]["prompts"] == ["print numbers"]
    assert kept["provenance"]["model"] == "echo"
    snippet(client, "Ünïcode / ..\\..\\x", "a = '\u2028\\n\u0085'\r\n\tb\n", "t1", "t2")
    snippet(client, "empty", "", language="bash")
    answer = client.http.get(f"/v1/snippets/export?form={form}")
    kind = answer.headers["content-type"]
    had = client.get("/v1/snippets")
    for each in had:
        client.ask("DELETE", f"/v1/snippets/{each['id']}")
    client.post("/v1/snippets/import", None, status=415)
    imported = client.http.post("/v1/snippets/import", content=answer.content, headers={"content-type": kind})
    assert imported.status_code == 201, imported.text
    same = ("title", "language", "code", "tags", "provenance", "created", "digest")

    def told(found: Any) -> list[Any]:
        return sorted([[each[name] for name in same] for each in found], key=str)

    assert told(client.get("/v1/snippets")) == told(had)
    assert client.http.get(f"/v1/snippets/export?form={form}").content == answer.content
    assert titles(client, q="print numbers") == ["from a session"]


def test_a_file_that_is_no_export_changes_nothing(client: Client) -> None:
    good = {"holdfast_snippet": 1, "title": "t", "language": "python", "code": "x", "created": 1.0}
    lines = (
        b"{}",
        b"\xff",
        b"[" * 100_000,
        json.dumps({**good, "title": ""}).encode(),
        json.dumps({**good, "holdfast_snippet": 2}).encode(),
        json.dumps({**good, "provenance": {"x": float("nan")}}).encode(),
        json.dumps({**good, "created": float("inf")}).encode(),
    )
    for line in lines:
        body = json.dumps(good).encode() + b"\n" + line
        answer = client.http.post(
            "/v1/snippets/import", content=body, headers={"content-type": "application/x-ndjson"}
        )
        assert answer.status_code == 400, (line[:40], answer.text)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("snippets.jsonl", b" " * 70_000_000)
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    for data in (bomb.getvalue(), empty.getvalue(), b"PK", bomb.getvalue()[:1000]):
        answer = client.http.post(
            "/v1/snippets/import", content=data, headers={"content-type": "application/zip"}
        )
        assert answer.status_code == 400, answer.text
    assert titles(client) == []

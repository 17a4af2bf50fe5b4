"""Sessions, turns, versions: on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.studio.apps import App, Client, served


@pytest.fixture(scope="module")
def app(address: str) -> Iterator[App]:
    with served(address) as app:
        yield app


@pytest.fixture
def client(app: App) -> Client:
    return app.client()


def session(client: Client, **more: Any) -> str:
    made: str = client.post("/v1/sessions", {"language": "python", "model": "echo", **more}, status=201)["id"]
    return made


def test_a_session_is_made_found_renamed_deleted_and_had_back(client: Client) -> None:
    made = session(client)
    found = client.get(f"/v1/sessions/{made}")
    assert (found["title"], found["head"], found["revision"]) == ("New session", None, 1)
    title = "Größe % _ of 'things'"
    renamed = client.ask("PATCH", f"/v1/sessions/{made}", {"title": title, "revision": 1})
    assert renamed["revision"] == 2
    conflict = client.ask("PATCH", f"/v1/sessions/{made}", {"title": "x", "revision": 1}, status=409)
    assert conflict["code"] == "conflict"
    assert set(conflict) == {"code", "message", "hint", "job"}
    for words in ("GRÖSSE", "% _", "'THINGS'", "of gr"):
        assert [each["id"] for each in client.get("/v1/sessions", params={"q": words})] == [made], words
    assert client.get("/v1/sessions", params={"q": "gr_ße"}) == []
    client.ask("DELETE", f"/v1/sessions/{made}")
    assert made not in [each["id"] for each in client.get("/v1/sessions")]
    assert made in [each["id"] for each in client.get("/v1/sessions?deleted=true")]
    client.post(f"/v1/sessions/{made}/turns", {"prompt": "write"}, status=404)
    assert client.post(f"/v1/sessions/{made}/undelete")["deleted"] is None
    assert made in [each["id"] for each in client.get("/v1/sessions")]


def test_feedback_goes_on_from_the_last_good_version_and_tells_the_model_all_of_it(
    client: Client, app: App
) -> None:
    made = session(client)
    first, job = client.turn(made, "print numbers")
    assert (job["state"], job["kind"], first["base"]) == ("done", "generate", None)
    refused, failed = client.turn(made, "REFUSE this")
    assert failed["result"]["refusal"] is not None
    assert (refused["base"], refused["version"]) == (first["version"], None)
    third, _ = client.turn(made, "FINE with a comment")
    assert (third["parent"], third["base"]) == (refused["id"], first["version"])
    found = client.get(f"/v1/sessions/{made}")
    assert found["head"] == third["version"]
    assert found["title"] == "print numbers"
    branch, job = client.turn(made, "as a branch", parent=first["id"])
    assert (branch["parent"], branch["base"], job["kind"]) == (first["id"], first["version"], "adjust")
    again = client.post(f"/v1/turns/{first['id']}/again", {"prompt": "print letters"}, status=202)["turn"]
    assert (again["parent"], again["base"], again["prompt"]) == (None, None, "print letters")
    assert [each["id"] for each in client.get("/v1/sessions?q=letters")] == [made]


def test_what_the_user_edits_is_a_version_and_two_tabs_do_not_overwrite_each_other(client: Client) -> None:
    made = session(client)
    blank = client.post(f"/v1/sessions/{made}/versions", {"code": "x = 1\ny = 2\n"}, status=201)
    assert (blank["origin"], blank["parent"]) == ("user", None)
    edit = {"code": "x = 1\ny = 3\nz = 4\n", "base": blank["id"]}
    edited = client.post(f"/v1/sessions/{made}/versions", edit, status=201)
    same = client.post(f"/v1/sessions/{made}/versions", {**edit, "base": edited["id"]})
    assert same["id"] == edited["id"]
    other = {"code": "from another tab", "base": blank["id"]}
    assert client.post(f"/v1/sessions/{made}/versions", other, status=409)["code"] == "conflict"
    diff = client.get("/v1/diff", params={"old": blank["id"], "new": edited["id"]})
    assert (diff["added"], diff["removed"]) == (2, 1)
    assert "-y = 2\n+y = 3\n+z = 4" in diff["unified"]
    restored = client.post(f"/v1/versions/{blank['id']}/restore", {"base": edited["id"]}, status=201)
    assert (restored["digest"], restored["origin"]) == (blank["digest"], "restored")
    assert client.get(f"/v1/sessions/{made}")["head"] == restored["id"]
    turn, job = client.turn(made, "make it shorter")
    assert (turn["base"], job["kind"], job["state"]) == (restored["id"], "adjust", "done")
    kinds = [each["origin"] for each in client.get(f"/v1/sessions/{made}/versions")]
    assert kinds == ["user", "user", "restored", "model"]


def test_what_is_run_or_tested_unsaved_belongs_to_its_session(client: Client) -> None:
    made = session(client)
    turn, _ = client.turn(made, "print numbers")
    unsaved = {"language": "python", "code": "print(1)  # edited", "session": made}
    run = client.post("/v1/runs", {**unsaved, "stdin": "1"}, status=202)
    test = client.post("/v1/tests", {**unsaved, "tests": "assert 1"}, status=202)
    proposed = client.post("/v1/tests/suggest", unsaved, status=202)
    assert {run["session"], test["session"], proposed["session"]} == {made}
    assert (run["version"], run["request"]["code"]) == (None, "print(1)  # edited")
    assert (proposed["request"]["model"], proposed["request"]["task"]) == ("echo", "print numbers")
    listed = [job["id"] for job in client.get(f"/v1/jobs?session={made}")]
    assert listed[:3] == [proposed["id"], test["id"], run["id"]]
    both = {"version": turn["version"], "session": made}
    assert client.post("/v1/runs", both, status=422)["code"] == "invalid"
    assert client.post("/v1/runs", {**unsaved, "session": "nowhere"}, status=404)


def test_lists_can_be_had_without_what_is_long(client: Client) -> None:
    made = session(client)
    turn, _ = client.turn(made, "print numbers")
    client.post(f"/v1/sessions/{made}/versions", {"code": "a = 1\nb = 2\n", "base": turn["version"]})
    run = {"language": "python", "code": "print(1)", "session": made, "stdin": "2", "args": ["3"]}
    client.ended(client.post("/v1/runs", run, status=202)["id"])
    versions = client.get(f"/v1/sessions/{made}/versions")
    lean = client.get(f"/v1/sessions/{made}/versions?brief=true")
    assert lean == [{name: each[name] for name in each if name != "code"} for each in versions]
    assert [each["lines"] for each in lean] == [each["code"].count("\n") + 1 for each in versions]
    assert client.get(f"/v1/versions/{turn['version']}") == versions[0]
    jobs = client.get(f"/v1/jobs?session={made}")
    ran, answered = client.get(f"/v1/jobs?session={made}&brief=true")
    assert [ran | {"request": 0}, answered["id"]] == [jobs[0] | {"request": 0}, jobs[1]["id"]]
    assert (jobs[0]["request"]["stdin"], ran["request"]["args"]) == ("2", ["3"])
    assert {"code", "stdin"}.isdisjoint(ran["request"])
    whole = jobs[1]["result"]
    assert whole["code"] == versions[0]["code"]
    assert answered["result"] == {name: whole[name] for name in whole if name != "code"}


def test_an_answer_that_comes_late_does_not_push_an_edit_aside(client: Client, app: App) -> None:
    made = session(client)
    app.model.begun.clear()
    begun = client.post(f"/v1/sessions/{made}/turns", {"prompt": "HOLD"}, status=202)
    assert app.model.begun.wait(60)
    mine = client.post(f"/v1/sessions/{made}/versions", {"code": "mine = 1\n"}, status=201)
    client.post(f"/v1/jobs/{begun['job']['id']}/cancel")
    assert client.get(f"/v1/sessions/{made}")["head"] == mine["id"]


def test_what_is_wrong_is_said_with_its_status(client: Client) -> None:
    made = session(client)
    cases = (
        ("POST", "/v1/sessions", {"language": "klingon"}, 422),
        ("POST", "/v1/sessions", {"model": "hub/anything"}, 404),
        ("POST", "/v1/sessions", {"titel": "typo"}, 422),
        ("POST", f"/v1/sessions/{made}/turns", {"prompt": "x" * 20_001}, 413),
        ("POST", f"/v1/sessions/{made}/turns", {"prompt": "x", "parent": "nothing"}, 404),
        ("POST", f"/v1/sessions/{made}/turns", {"prompt": "nul \0"}, 422),
        ("POST", f"/v1/sessions/{made}/versions", {"code": "x", "base": "nothing"}, 409),
        ("GET", "/v1/sessions/nothing", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("PUT", "/v1/sessions", {}, 405),
        ("POST", "/v1/runs", {"language": "python"}, 422),
        ("GET", f"/v1/diff?old={made}&new={made}", None, 404),
    )
    for method, path, body, status in cases:
        told = client.ask(method, path, body, status=status)
        assert set(told) == {"code", "message", "hint", "job"}, path

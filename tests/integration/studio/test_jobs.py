"""Jobs: followed, followed again from any event, stopped, and gone on with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.integration.studio.apps import TOKEN, App, Client, served
from tests.integration.studio.test_sessions import session

from holdfast.apps.studio.runner import RunnerSettings
from holdfast.apps.studio.tables import ContentRow, JobRow, LoginRow, SessionRow


@pytest.fixture(scope="module")
def app(address: str) -> Iterator[App]:
    with served(address) as app:
        yield app


@pytest.fixture
def client(app: App) -> Client:
    return app.client()


def test_events_come_in_order_and_are_had_again_from_any_number(client: Client) -> None:
    begun = client.post(f"/v1/sessions/{session(client)}/turns", {"prompt": "print"}, status=202)
    job = begun["job"]["id"]
    told = list(client.events(job))
    assert [each["id"] for each in told] == list(range(1, len(told) + 1))
    assert [each["kind"] for each in told if each["kind"] in {"result", "end"}] == ["result", "end"]
    written = "".join(each["data"]["text"] for each in told if each["kind"] == "text")
    assert written.startswith("```python\nprint(0)\n")
    for at in range(len(told)):
        assert list(client.events(job, at)) == told[at:]
    assert list(client.events(job, **{"Last-Event-ID": "3"})) == told[3:]
    refused = client.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "x"}, status=422)
    assert refused["code"] == "invalid"


def test_stop_reaches_the_model_and_keeps_what_it_wrote(client: Client, app: App) -> None:
    made = session(client)
    app.model.begun.clear()
    app.model.left.clear()
    begun = client.post(f"/v1/sessions/{made}/turns", {"prompt": "HOLD"}, status=202)
    job = begun["job"]["id"]
    assert app.model.begun.wait(60)
    stopped = client.post(f"/v1/jobs/{job}/cancel")
    assert (stopped["state"], stopped["result"]) == ("stopped", None)
    assert app.model.left.is_set(), "the model still writes when Stop has answered"
    turn = client.get(f"/v1/turns/{begun['turn']['id']}")
    assert (turn["partial"], turn["version"]) == ("```python\nheld = 1\n", None)
    assert list(client.events(job))[-1]["data"] == {"state": "stopped"}
    assert client.post(f"/v1/jobs/{job}/cancel")["state"] == "stopped"
    again = client.post(f"/v1/turns/{turn['id']}/continue", status=202)
    assert again["job"]["id"] != job
    assert again["turn"]["partial"] == turn["partial"]
    client.ask("DELETE", f"/v1/sessions/{made}")
    client.post(f"/v1/sessions/{made}/undelete")
    assert client.get(f"/v1/jobs/{again['job']['id']}")["state"] == "stopped"


def test_jobs_that_wait_say_how_many_are_before_them(tmp_path: Path) -> None:
    limits = RunnerSettings(answers=1)
    with served(f"sqlite:///{tmp_path / 'app.sqlite'}", limits=limits) as app:
        client = app.client()
        made = [session(client) for _ in range(3)]
        jobs = []
        for each in made:
            begun = client.post(f"/v1/sessions/{each}/turns", {"prompt": "HOLD"}, status=202)
            jobs.append(begun["job"]["id"])
            assert app.model.begun.wait(60)
        # Jobs of the same time are begun in the order of their tasks.
        places = [each["place"] for each in client.get("/v1/jobs")][::-1]
        assert places == [None, 0, 1]
        events = client.events(jobs[2])
        states = (each["data"] for each in events if each["kind"] == "state")
        assert [next(states), next(states)] == [{"state": "queued"}, {"state": "queued", "place": 1}]
        client.post(f"/v1/jobs/{jobs[0]}/cancel")
        assert next(states) == {"state": "queued", "place": 0}
        assert client.get(f"/v1/jobs/{jobs[2]}")["place"] == 0
        client.post(f"/v1/jobs/{jobs[1]}/cancel")
        assert next(states) == {"state": "running"}
        assert client.post(f"/v1/jobs/{jobs[2]}/cancel")["place"] is None


def test_two_who_follow_one_job_are_told_the_same(client: Client, app: App) -> None:
    app.model.begun.clear()
    begun = client.post(f"/v1/sessions/{session(client)}/turns", {"prompt": "HOLD"}, status=202)
    job = begun["job"]["id"]
    first, second = client.events(job), app.client().events(job)
    one, other = [next(first)], [next(second)]
    assert app.model.begun.wait(60)
    app.client().post(f"/v1/jobs/{job}/cancel")
    assert one + list(first) == other + list(second)


def test_what_a_server_was_in_the_middle_of_is_interrupted_and_can_be_gone_on_with(
    address: str, app: App, client: Client
) -> None:
    """Another server on the same database finds the job running; what was written is not lost."""
    made = session(client)
    app.model.begun.clear()
    begun = client.post(f"/v1/sessions/{made}/turns", {"prompt": "HOLD"}, status=202)
    job = begun["job"]["id"]
    told = client.events(job)
    written = ""
    while written != "```python\nheld = 1\n":
        event = next(told)
        written += event["data"]["text"] if event["kind"] == "text" else ""
    with served(address) as later:
        other = later.client()
        found = other.get(f"/v1/jobs/{job}")
        assert found["state"] == "interrupted"
        assert other.get(f"/v1/turns/{begun['turn']['id']}")["partial"] == written
        assert list(other.events(job))[-1]["data"] == {"state": "interrupted"}
        again = other.post(f"/v1/turns/{begun['turn']['id']}/continue", status=202)["job"]["id"]
        assert later.model.begun.wait(60)
        assert other.post(f"/v1/jobs/{again}/cancel")["state"] == "stopped"
    client.post(f"/v1/jobs/{job}/cancel")
    assert client.get(f"/v1/jobs/{job}")["state"] == "interrupted", "an end is final"


def test_what_is_too_old_goes_while_the_server_works(address: str) -> None:
    with served(address, sweep_s=0.05) as swept:
        client = swept.client()
        kept, gone = session(client), session(client)
        turn, job = client.turn(kept, "print")
        lost, _ = client.turn(gone, "print")
        digests = {client.get(f"/v1/versions/{each['version']}")["digest"] for each in (turn, lost)}
        client.ask("DELETE", f"/v1/sessions/{gone}")
        login = swept.client(None)
        login.post("/v1/login", {"token": TOKEN})
        assert client.get("/v1/sessions?deleted=true"), "what was just deleted can be had back"

        async def age() -> None:
            async with swept.room.database.writing() as database:
                await database.execute(update(JobRow).where(JobRow.id == job["id"]).values(ended=1.0))
                await database.execute(update(SessionRow).where(SessionRow.id == gone).values(deleted=1.0))
                await database.execute(update(LoginRow).values(expires=1.0))

        async def logins() -> int:
            async with swept.room.database.reading() as database:
                return len((await database.scalars(select(LoginRow))).all())

        swept.thread.submit(age()).result()
        while any(each["id"] == gone for each in client.get("/v1/sessions?deleted=true")):
            pass
        while [each["kind"] for each in client.events(job["id"])] != ["result", "end"]:
            pass
        while swept.thread.submit(logins()).result():
            pass
        assert client.get(f"/v1/turns/{turn['id']}") == turn
        assert client.get(f"/v1/jobs/{job['id']}")["result"] == job["result"]
        left = client.get(f"/v1/versions/{turn['version']}")["digest"]
    # The texts themselves go at the next start, when nobody can be keeping one of them once more.
    with served(address) as later:

        async def texts() -> set[str]:
            async with later.room.database.reading() as database:
                return set(await database.scalars(select(ContentRow.digest)))

        assert digests & later.thread.submit(texts()).result() == {left}


def test_the_reference_routes_answer_in_its_shapes(client: Client) -> None:
    asked = {"model_name": "echo", "language": "Python", "original_prompt": "print numbers"}
    assert client.get("/") == {"health_check": "OK"}
    made = client.post("/generate", asked, status=200)
    assert list(made) == ["code_out"]
    assert made["code_out"].startswith("print(0)\n")
    more = {"reference_code": made["code_out"], "feedback_prompt": "louder"}
    assert list(client.post("/adjust", {**asked, **more}, status=200)) == ["code_out"]
    assert client.post("/generate", {**asked, "model_name": "other"}, status=404)["code"] == "model_not_found"
    assert client.post("/generate", {**asked, "language": "klingon"}, status=422)["job"] is None
    assert client.post("/adjust", asked, status=422)["code"] == "invalid"
    refused = client.post("/generate", {**asked, "original_prompt": "REFUSE"}, status=422)
    assert refused["code"].startswith("refused_")
    assert refused["job"] is not None
    assert client.post("/generate", {**asked, "original_prompt": "x" * 20_001}, status=413)["hint"]
    cold = client.post("/generate", {**asked, "model_name": "cold"}, status=503)
    assert cold["code"] == "model_loading"
    assert client.get(f"/v1/jobs/{cold['job']}")["state"] == "running"
    assert [each["state"] for each in client.get("/v1/models")] == ["ready", "loading"]
    same = client.post("/v1/models/load", {"model": "cold"}, status=202)
    assert same["id"] == cold["job"], "one load for all who ask"
    client.post(f"/v1/jobs/{same['id']}/cancel")

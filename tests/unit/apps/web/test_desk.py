"""What a tab knows of its session: branches, work under way, and two readings that overtake each other."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from holdfast.apps.studio.records import Job, JobEvent, Turn
from holdfast.apps.web.client import Client
from holdfast.apps.web.desk import Desk, Live, Options, leaf_of, path_to, siblings
from holdfast.apps.web.drafts import Draft, read_draft


def _turn(name: str, parent: str | None, created: float) -> Turn:
    return Turn(
        id=name, session="s", parent=parent, prompt=name, model="m", language="python", base=None,
        version=None, job=None, refusal=None, partial=None, created=created,
    )  # fmt: skip


TURNS = {
    each.id: each
    for each in (
        _turn("a", None, 1),
        _turn("b", "a", 2),
        _turn("c", "a", 3),
        _turn("d", "b", 4),
        _turn("e", None, 0),
    )
}


def test_branches() -> None:
    assert [turn.id for turn in path_to(TURNS, "d")] == ["a", "b", "d"]
    assert path_to(TURNS, "nowhere") == []
    assert [turn.id for turn in siblings(TURNS, TURNS["c"])] == ["b", "c"]
    assert (leaf_of(TURNS, None), leaf_of(TURNS, "b"), leaf_of({}, None)) == ("c", "d", None)


def test_a_job_that_is_followed() -> None:
    live = Live("j", "t")

    def take(number: int, kind: str, **data: Any) -> str:
        return live.take(JobEvent(number=number, kind=kind, data=data, at=0.0))

    asking = {"stage": "asking", "detail": "answer 1 of 2", "percent": None}
    assert take(1, "state", state="running") == ""
    assert take(2, "progress", **asking) == ""
    assert take(3, "text", text="one") == "one"
    assert (live.text, live.stage, live.detail, live.number) == ("one", "asking", "answer 1 of 2", 3)
    take(4, "progress", **asking)  # the model begins anew
    assert live.text == ""
    assert take(5, "end", state="done") == ""


def test_tests_are_sent_only_where_they_are_of_use() -> None:
    assert Options(tests="assert 1").body() == {"count": 1, "rounds": 0}
    assert Options(count=2, tests="assert 1").body()["tests"] == "assert 1"


class Held:
    """An app with two sessions, which answers of the first one only when it is let."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.asked = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/v1/sessions/first/turns":
            self.asked.set()
            await self.free.wait()
        if path.count("/") == 3:
            name = path.rpartition("/")[2]
            found: Any = {
                "id": name, "title": name, "language": "python", "model": "m", "created": 0, "updated": 0,
                "deleted": None, "revision": 1, "head": None,
            }  # fmt: skip
        elif path.endswith("/turns"):
            found = [_turn(f"turn of {path.split('/')[3]}", None, 1).model_dump()]
        else:
            found = []
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})


@pytest.mark.asyncio
async def test_a_slow_reading_does_not_bring_back_a_session_that_was_left() -> None:
    held = Held()
    async with Client(held, "secret") as client:
        desk = Desk(client)
        await desk.open("first")
        held.free.clear()
        held.asked.clear()
        reading = asyncio.create_task(desk.reload())
        await held.asked.wait()
        await desk.open("second")
        held.free.set()
        await reading
        assert desk.session is not None
        assert (desk.session.id, desk.leaf, list(desk.turns)) == (
            "second",
            "turn of second",
            ["turn of second"],
        )


def _job(name: str) -> Job:
    return Job(
        id=name, kind="generate", state="running", session="s", turn="t", version=None, request={},
        result=None, error=None, created=0, ended=None,
    )  # fmt: skip


@pytest.mark.asyncio
async def test_a_job_that_ends_late_does_not_take_the_place_of_the_next() -> None:
    async with Client(Held(), "secret") as client:
        desk = Desk(client)
        desk.jobs = {"j1": _job("j1"), "j2": _job("j2")}
        first = desk.follow(_job("j1"))
        second = desk.follow(_job("j2"))
        desk.over(first)
        assert list(desk.live.values()) == [second]
        assert [job.id for job in desk.under_way()] == ["j1"]
        desk.over(second)
        assert desk.live == {}


@pytest.mark.parametrize(
    "said", [None, 3, "", "[]", '{"session": "s"}', '{"session": 1, "message": "", "code": ""}']
)
def test_a_draft_is_whole_or_none(said: object) -> None:
    assert read_draft(said) is None
    whole = {"session": "s", "message": "m", "code": "c", "more": 1}
    assert read_draft(json.dumps(whole)) == Draft("s", "m", "c")

"""The server on Python documents: places in functions, tests that come along, several languages at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.sandbox_here import sandbox_here

from holdfast.apps.lessons import Lessons
from holdfast.apps.python.bench import make_checker, make_synthesiser
from holdfast.apps.python.live import PythonLive
from holdfast.apps.server.app import create_app
from holdfast.apps.server.asks import DocumentPlace
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.serving import Parts, opened_room
from holdfast.runtime.sandbox.sandbox import Sandbox
from holdfast.runtime.sinks import NullSink

pytestmark = pytest.mark.asyncio

TEXT = '''def double(n: int) -> int:
    """Twice.

    >>> double(2)
    4
    >>> double(5)
    10
    """
    ...


def half(n: int) -> int:
    ...


limit = 3
'''
TESTS = [
    {"name": "test_client.py", "text": "from client import half\n\ndef test_it():\n    assert half(8) == 4\n"}
]


@pytest.fixture
def sandbox() -> Sandbox:
    return sandbox_here()


@asynccontextmanager
async def _asked(folder: Path, sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:

    def python(place: DocumentPlace) -> PythonLive:
        return PythonLive(make_checker(sandbox, place.tests), make_synthesiser(sandbox, 1.0))

    with Lessons(folder / "lessons.jsonl") as lessons:
        parts = Parts(bench=None, lessons=lessons, sink=NullSink(), others={"python": python})
        async with opened_room(parts) as room:
            transport = httpx2.ASGITransport(create_app(room, GuardSettings()), raise_app_exceptions=False)
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost", timeout=120
            ) as http:
                while (await http.get("/ready")).status_code != 200:
                    assert room.desk.state == "loading", room.desk.failure
                yield http


async def _suggest(http: httpx2.AsyncClient, line: int, text: str = TEXT, **more: Any) -> Any:
    place = {"text": text, "line": line, "name": "client.py", "tests": more.pop("tests", [])}
    answer = await http.post("/v1/suggest", json={"document": place, "count": 1, **more})
    return answer.status_code, answer.json()


async def test_bodies_are_judged_by_the_tests_of_a_document_and_those_sent_with_it(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async with _asked(tmp_path, sandbox) as http:
        status, first = await _suggest(http, 9)
        assert status == 200, first
        assert (first["suggestions"][0]["verdict"], first["goal"].rpartition("\n")[2]) == (
            "closes", "def double(n: int) -> int: Twice.",
        )  # fmt: skip
        _, unjudged = await _suggest(http, 13)
        assert (unjudged["suggestions"], len(unjudged["notes"])) == ([], 1)
        assert "no test speaks of half" in unjudged["notes"][0]
        _, tested = await _suggest(http, 13, tests=TESTS, prefix="return n")
        assert [each["verdict"] for each in tested["suggestions"]] == ["closes"]
        # What was accepted is kept, and nobody who offers Rocq's tactics learns it.
        reported = {"id": first["id"], "suggestion": "return n * 2", "accepted": True}
        assert (await http.post("/v1/feedback", json=reported)).status_code == 200
        state = {"tactic_state": first["goal"], "count": 50}
        offered = (await http.post("/v1/suggest", json=state)).json()["suggestions"]
        assert "return n * 2" not in {each["text"] for each in offered}


async def test_places_and_texts_that_cannot_be_worked_on_say_so(tmp_path: Path, sandbox: Sandbox) -> None:
    async with _asked(tmp_path, sandbox) as http:
        for line, text, code in (
            (16, TEXT, "no_goal"),
            (2, "def f(:\n  pass\n", "source_not_accepted"),
            (9, TEXT.replace("limit = 3", "import nowhere"), "source_not_accepted"),
        ):
            status, answer = await _suggest(http, line, text)
            assert (status, answer["error"]["code"]) == (422, code), answer
        rocq = {"document": {"text": "", "line": 1, "name": "a.v", "tests": TESTS}}
        assert (await http.post("/v1/suggest", json=rocq)).json()["error"]["param"] == "document.tests"
        other = {"document": {"text": "", "line": 1, "name": "a.c"}}
        assert (await http.post("/v1/suggest", json=other)).json()["error"]["code"] == "unknown_file_type"

"""`holdfast app` as people start it: killed in mid-answer, started again, nothing lost."""

import contextlib
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.http_server import Asked, Said, Server, serving

from holdfast.runtime.loops import LoopThread

TOKEN = "a-token-for-tests"
PIECES = ["```python\n", "print('begun')\n"]


def _chunk(text: str) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


def _answer(asked: Asked) -> Said:
    """A model that begins, and then thinks for as long as anybody listens."""
    if asked.path.endswith("/models"):
        return Said(body=json.dumps({"object": "list", "data": [{"id": "slow", "object": "model"}]}))
    return Said(body="".join(map(_chunk, PIECES)), kind="text/event-stream", length=1_000_000, wait_s=600)


@pytest.fixture
def model() -> Iterator[tuple[Server, LoopThread]]:
    with LoopThread("model") as thread:
        context = serving(_answer)
        server = thread.submit(context.__aenter__()).result()
        try:
            yield server, thread
        finally:
            thread.submit(context.__aexit__(None, None, None)).result()


@contextlib.contextmanager
def app(data: Path, model: str, *more: str) -> Iterator[tuple["subprocess.Popen[str]", httpx2.Client]]:
    program = Path(sys.executable).with_name("holdfast")
    command = [str(program), "app", "--port", "0", "--json", "--quiet"]
    command += ["--data", str(data), "--token", TOKEN, "--model", f"{model}/v1?model=slow", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        url = f"http://127.0.0.1:{json.loads(line)['port']}"
        with httpx2.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            yield process, http
    finally:
        process.kill()
        process.communicate(timeout=60)


def _ask(http: httpx2.Client, method: str, path: str, body: Any = None) -> Any:
    answer = http.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


_NOT_AT_THE_START = frozenset({
    "aiohttp", "alembic", "doctest", "httpx2", "nicegui", "numpy", "requests", "socketio", "unittest",
    "holdfast.apps.lean.bench", "holdfast.checkers.rocq.audit", "sqlalchemy.dialects.postgresql",
})  # fmt: skip
"""What the first answer needs nothing of, and takes long to import."""


def test_it_answers_before_it_imports_what_only_pages_proofs_and_tests_need(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("holdfast")
    command = [sys.executable, "-X", "importtime", str(program), "app", "--port", "0", "--json"]
    command += ["--data", str(tmp_path)]
    for _ in range(2):  # the first start makes the tables
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            lines = list(itertools.takewhile(lambda line: '"listening"' not in line, process.stdout))
        finally:
            process.kill()
            process.communicate(timeout=60)
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    assert {"fastapi", "sqlalchemy", "holdfast.apps.studio.app"} <= imported, lines[-20:]
    assert not imported & _NOT_AT_THE_START


def _follow(http: httpx2.Client, job: str, wanted: str) -> int:
    """Follow a job until it has written `wanted`; the number of the last event."""
    written, number = "", 0
    with http.stream("GET", f"/v1/jobs/{job}/events") as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                written += json.loads(value).get("text", "")
            if written == wanted:
                return number
    raise AssertionError(f"it wrote {written!r}")


def test_killed_in_the_middle_of_an_answer_it_loses_nothing(
    tmp_path: Path, model: tuple[Server, LoopThread]
) -> None:
    server, thread = model
    written = "".join(PIECES)
    with app(tmp_path, server.url) as (process, http):
        session = _ask(http, "POST", "/v1/sessions", {"language": "python"})["id"]
        begun = _ask(http, "POST", f"/v1/sessions/{session}/turns", {"prompt": "print something"})
        number = _follow(http, begun["job"]["id"], written)
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    with app(tmp_path, server.url) as (process, http):
        job = _ask(http, "GET", f"/v1/jobs/{begun['job']['id']}")
        assert job["state"] == "interrupted"
        turn = _ask(http, "GET", f"/v1/turns/{begun['turn']['id']}")
        assert (turn["prompt"], turn["partial"]) == ("print something", written)
        rest = http.get(f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": str(number)}).text
        assert f"id: {number + 1}\nevent: end" in rest
        again = _ask(http, "POST", f"/v1/turns/{turn['id']}/continue")["job"]["id"]
        _follow(http, again, written)
        server.left.clear()
        assert _ask(http, "POST", f"/v1/jobs/{again}/cancel")["state"] == "stopped"
        thread.submit(server.left.wait()).result(60)
        _works_without_a_key(http)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM


def _works_without_a_key(http: httpx2.Client) -> None:
    """The demo model makes a program, the sandbox tests it, and it is kept with what the tests said."""
    models = _ask(http, "GET", "/v1/models")
    assert [(each["name"], each["demo"]) for each in models] == [("slow", False), ("demo", True)]
    session = _ask(http, "POST", "/v1/sessions", {"language": "python", "model": "demo"})["id"]
    prompt = "Write twice(n) so that twice(2) == 4 and twice(5) == 10."
    begun = _ask(http, "POST", f"/v1/sessions/{session}/turns", {"prompt": prompt})
    version = _ended(http, begun["job"]["id"])["result"]["version"]
    tests = "from solution import twice\n\ndef test_twice():\n    assert twice(7) == 14\n"
    tested = _ended(http, _ask(http, "POST", "/v1/tests", {"version": version, "tests": tests})["id"])
    if tested["state"] == "failed":
        assert tested["error"]["code"] == "no_sandbox"
        return
    assert tested["result"]["passed"], tested
    kept = _ask(http, "POST", "/v1/snippets", {"title": "twice", "version": version})
    assert kept["provenance"]["verdicts"][0]["passed"]
    run = {"language": "python", "code": "print(input() * 2)", "stdin": "ab"}
    ran = _ended(http, _ask(http, "POST", "/v1/runs", run)["id"])["result"]
    assert (ran["stdout"], ran["exit"]) == ("abab\n", 0)


def _ended(http: httpx2.Client, job: str) -> Any:
    assert "event: end" in http.get(f"/v1/jobs/{job}/events").text
    return _ask(http, "GET", f"/v1/jobs/{job}")

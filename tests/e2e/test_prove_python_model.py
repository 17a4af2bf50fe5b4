"""`holdfast prove FILE.py --model`: bodies of a language model, mended when they fail, as a shell sees it."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox_here import sandbox_here

HOLDFAST = Path(sys.executable).parent / "holdfast"
SOURCE = '''\
"""Sequences."""


def record(n: int) -> str:
    """The sequence of n.

    Halve what is even, else triple it and add one, down to 1.

    >>> record(27)
    'steps=111;top=9232'
    """
    ...
'''
INPUTS = {703: (170, 250504), 871: (178, 190996), 97: (118, 9232), 313: (130, 9232), 9: (19, 52)}
RIGHT = """\
steps, top = 0, n
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
    top = max(top, n)
return f'steps={steps};top={top}'"""
WRONG = RIGHT.replace("max(top, n)", "max(top, n, 1, 0)").replace("steps += 1", "steps += 2")


@pytest.fixture(scope="module", autouse=True)
def _sandbox() -> None:
    sandbox_here()


@contextmanager
def chatting(answer: Callable[[list[dict[str, str]]], str]) -> Iterator[tuple[str, list[str]]]:
    """A server that streams chats as OpenAI's does; its address, and every request that it was sent."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(request)
            text = answer(json.loads(request)["messages"])
            chunks = [
                {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]},
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
            ]
            lines = [f"data: {json.dumps(each)}\n\n" for each in chunks]
            body = "".join([*lines, "data: [DONE]\n\n"]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1?model=m", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prove(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [HOLDFAST, "prove", "a.py", "--json", "--budget", "2", *arguments],
        cwd=folder,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def put(folder: Path) -> None:
    (folder / "a.py").write_text(SOURCE, encoding="utf-8")
    rows = [f"    assert record({n}) == 'steps={s};top={t}'\n" for n, (s, t) in INPUTS.items()]
    text = "from a import record\n\ndef test_record():\n" + "".join(rows)
    (folder / "test_a.py").write_text(text, encoding="utf-8")


def test_a_refused_body_is_mended_and_hidden_tests_are_never_told(tmp_path: Path) -> None:
    put(tmp_path)

    def answer(messages: list[dict[str, str]]) -> str:
        mended = any(each["role"] == "assistant" for each in messages)
        return f"```python\n{RIGHT if mended else WRONG}\n```"

    with chatting(answer) as (url, asked):
        code, (hole, *_) = prove(tmp_path, "--tests", "test_a.py", "--model", f"{url}&samples=2", "--write")
    assert (code, hole["status"]) == (0, "proved"), hole
    assert "steps += 1" in (tmp_path / "a.py").read_text(encoding="utf-8")
    assert (hole["samples"], hole["rounds"]) == (3, 1)
    assert len(hole["tests_hidden"]) == 1
    lines = (tmp_path / "test_a.py").read_text(encoding="utf-8").splitlines()
    hidden = [lines[int(name.rpartition(":")[2]) - 1] for name in hole["tests_hidden"]]
    shown = [lines[int(name.rpartition(":")[2]) - 1] for name in hole["tests_seen"] if "test_" in name]
    everything = "\n".join(asked)
    for test in hidden:
        number, wanted = re.findall(r"record\((\d+)\) == '([^']*)'", test)[0]
        assert f"({number})" not in everything
        assert wanted not in everything
    for test in shown:
        assert re.findall(r"record\(\d+\)", test)[0] in everything, "what is looked for is what is sent"
    assert "steps += 2" in asked[-1], "the body that was refused goes back"


def test_a_model_that_never_learns_is_asked_a_few_times_and_the_record_says_so(tmp_path: Path) -> None:
    put(tmp_path)
    tries = iter(range(1000))

    def answer(messages: list[dict[str, str]]) -> str:
        return f"```python\nreturn f'steps={{n + {next(tries)}}}'\n```"

    with chatting(answer) as (url, asked):
        arguments = ("--tests", "test_a.py", "--model", f"{url}&samples=2&rounds=2")
        code, (hole, *_) = prove(tmp_path, *arguments)
    assert (code, hole["status"]) == (1, "not_found")
    # In each round both bodies go back, for one answer each.
    assert (hole["samples"], hole["rounds"], len(asked)) == (6, 2, 6)
    assert hole["nodes"] >= 6


STACK = """\
class Stack:
    def __init__(self):
        ...

    def push(self, item):
        ...

    def pop(self):
        ...

    def size(self):
        ...


def test_size():
    stack = Stack()
    assert stack.size() == 0
    stack.push(3)
    assert stack.size() == 1


def test_pop():
    stack = Stack()
    stack.push(3)
    stack.push(4)
    assert stack.pop() == 4
    assert stack.pop() == 3
"""
METHODS = """\
def __init__(self):
    self.items = []

def push(self, item):
    self.items.append(item)

def pop(self):
    return self.items.pop()

def size(self):
    return len(self.items)"""


def test_methods_that_are_only_tested_together_are_written_together(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(STACK, encoding="utf-8")
    answers = iter([METHODS.replace("pop()", "pop(0)"), METHODS])
    with chatting(lambda _: f"```python\n{next(answers, METHODS)}\n```") as (url, asked):
        code, (hole, *_) = prove(tmp_path, "--model", f"{url}&samples=1", "--write")
    assert (code, hole["name"], hole["status"]) == (0, "Stack", "proved"), hole
    assert (hole["samples"], hole["rounds"]) == (2, 1)
    assert "def __init__(self); def push(self, item); def pop(self); def size(self)" in asked[0]
    written = (tmp_path / "a.py").read_text(encoding="utf-8")
    assert "..." not in written
    assert written.endswith(STACK.partition("def test_size")[2])

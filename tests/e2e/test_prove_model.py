"""`holdfast prove --model`: a language model beside the embedded proposers, as a shell sees it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.rocq_here import seed

HOLDFAST = Path(sys.executable).parent / "holdfast"
KEY = "sk-planted0123456789abcdef"
ONLY_THE_MODEL_KNOWS = """\
Inductive odd : nat -> Prop := Odd : forall n, n * 7 = 7 * n -> odd (n * 7).

Theorem hole : odd 21.
Proof.
Admitted.
"""
STEP = "apply (Odd 3); reflexivity."

pytestmark = pytest.mark.rocq


@contextmanager
def answering(status: int, data: object) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that says one thing to everybody; its address, and the headers and bodies it was sent."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append(headers | {"body": json.loads(self.rfile.read(int(headers["content-length"])))})
            # Servers that repeat a key in their answers exist.
            body = json.dumps(data).replace("THE KEY", self.headers.get("Authorization", "")).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
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


def prove(folder: Path, *arguments: str, file: str = "a.v") -> subprocess.CompletedProcess[str]:
    (folder / "a.v").write_text(ONLY_THE_MODEL_KNOWS, encoding="utf-8")
    environment = os.environ | {"HOLDFAST_CACHE": seed(folder / "cache"), "HOLDFAST_API_KEY": KEY}
    command = [HOLDFAST, "prove", file, "--learn", "0", "--budget", "1", "--json", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def records(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def choices(text: str, count: int = 8) -> dict[str, object]:
    logprobs = {"tokens": [text], "token_logprobs": [-0.1]}
    one = {"text": text, "finish_reason": "stop", "logprobs": logprobs}
    return {"choices": [one] * count, "usage": {"prompt_tokens": 100, "completion_tokens": 10 * count}}


def test_a_model_can_be_asked_alone_and_then_no_library_is_learned(tmp_path: Path) -> None:
    line = {"prompt": "*", "answers": [{"text": STEP}]}
    (tmp_path / "answers.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    asked = ("--model", "replay:answers.jsonl", "--proposer", "model", "--learn", "30")
    done = prove(tmp_path, *asked)
    hole = records(done)[0]
    assert (hole["status"], hole["nodes"], done.returncode) == ("proved", 1, 0), done.stderr
    cached = (tmp_path / "cache").glob("rocq/*/*")
    assert {path.parent.name for path in cached} == {"premises"}, "sources are read, and no proof"
    needs = prove(tmp_path, "--proposer", "model")
    assert (needs.returncode, "--proposer model needs --model" in needs.stderr) == (2, True)


def test_a_recorded_model_proves_what_the_others_do_not(tmp_path: Path) -> None:
    line = {"prompt": "*", "answers": [{"text": "admit."}, {"text": "Admitted."}, {"text": STEP}]}
    (tmp_path / "kept.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    alone = prove(tmp_path)
    assert alone.returncode == 1
    assert records(alone)[0]["status"] == "not_found"
    done = prove(tmp_path, "--model", "replay:kept.jsonl")
    assert done.returncode == 0, done.stderr
    assert records(done)[0]["steps"] == [STEP.removesuffix(".")]


def test_a_recorded_model_writes_a_function(tmp_path: Path) -> None:
    source = (
        "def record(n: int) -> str:\n"
        '    """The sequence of n.\n\n'
        "    >>> record(1)\n    'steps=0;top=1'\n"
        "    >>> record(6)\n    'steps=8;top=16'\n"
        "    >>> record(27)\n    'steps=111;top=9232'\n"
        '    """\n    ...\n'
    )
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    body = (
        "steps, top = 0, n\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    steps += 1\n"
        "    top = max(top, n)\nreturn f'steps={steps};top={top}'"
    )
    line = {"messages": [{"role": "user", "text": "*"}], "pieces": ["```python\n", body, "\n```"]}
    (tmp_path / "kept.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    done = prove(tmp_path, "--model", "replay:kept.jsonl", "--write", file="a.py")
    assert done.returncode == 0, done.stderr
    assert "return f'steps={steps};top={top}'" in (tmp_path / "a.py").read_text(encoding="utf-8")


def test_a_server_is_asked_with_the_key_and_the_key_is_nowhere(tmp_path: Path) -> None:
    with answering(200, choices(STEP)) as (url, asked):
        prices = tmp_path / "prices.toml"
        prices.write_text("[m]\nprompt = 1.0\ncompletion = 10.0\n", encoding="utf-8")
        first = prove(tmp_path, "--model", f"{url}&prices={prices}", "--run", "kept", "--debug")
        assert first.returncode == 0, first.stderr
        assert {each["authorization"] for each in asked} == {f"Bearer {KEY}"}
        (model,) = (each for each in records(first) if each["kind"] == "model")
        assert (model["name"], model["requests"], model["prompt_tokens"]) == (
            "m",
            len(asked),
            100 * len(asked),
        )
        assert model["cost"] == pytest.approx(len(asked) * 900e-6)
        paid = len(asked)
        again = prove(tmp_path, "--model", url)
        assert again.returncode == 0
        assert len(asked) == paid, "known answers are not paid for twice"
    assert_nowhere(tmp_path, first, again)


@pytest.mark.parametrize(
    ("status", "data", "told"),
    [
        (401, {"error": {"message": "wrong key: THE KEY"}}, "set HOLDFAST_API_KEY"),
        (404, {"error": {"message": "The model `m` does not exist"}}, "no such model"),
        (200, {"choices": [{"text": "a THE KEY", "finish_reason": "stop"}] * 8}, "log-probabilities"),
        (200, {"error": {"message": "THE KEY"}}, "error"),
    ],
)
def test_a_model_that_fails_leaves_the_hole_undecided(
    tmp_path: Path, status: int, data: object, told: str
) -> None:
    with answering(status, data) as (url, _):
        done = prove(tmp_path, "--model", url, "--run", "kept", "--debug")
    assert done.returncode == 3
    hole = records(done)[0]
    assert hole["status"] == "undecided"
    assert told in hole["reason"]
    assert_nowhere(tmp_path, done)


@pytest.mark.parametrize(
    "model",
    [f"https://x/v1?api_key={KEY}", f"https://{KEY}@x/v1", f"https://u:{KEY}@x/v1", "gpt", "hf:nowhere"],
)
def test_what_names_no_model_is_told(tmp_path: Path, model: str) -> None:
    done = prove(tmp_path, "--model", model)
    assert done.returncode in {2, 3}
    assert records(done)[-1]["kind"] == "summary"
    assert "Traceback" not in done.stderr
    assert KEY not in done.stdout + done.stderr


def assert_nowhere(folder: Path, *done: subprocess.CompletedProcess[str]) -> None:
    """No file below `folder`, and nothing that was printed, holds the key."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "answers.db" for path in files)
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    assert [each for each in done if KEY in each.stdout + each.stderr] == []


LAST = """\
From Coq Require Import PeanoNat.

Lemma even_twice (n : nat) : Nat.even (n + n) = true.
Proof. Admitted.

Theorem hole (n : nat) : Nat.even (n + n) = Nat.even (S (S (n + n))).
Proof.
Admitted.

From Coq Require Import Lists.List.
Lemma hole_again (n : nat) : Nat.even (n + n) = Nat.even (S (S (n + n))).
Proof. reflexivity. Qed.
"""


def named(prompt: str) -> list[str]:
    """The lines with theorems that a prompt has."""
    return prompt.partition("of which some may help:\n")[2].partition("\n---\n")[0].splitlines()


def test_prompts_name_theorems_that_are_in_force_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "b.v").write_text(LAST, encoding="utf-8")
    with answering(200, choices("reflexivity.")) as (url, asked):
        options = ("--model", url, "--proposer", "model", "--premises", "6")
        done = prove(tmp_path, "--theorem", "hole", *options, file="b.v")
        assert done.returncode == 0, done.stderr
        store = ("--theorems", "b.v", "--max-theorems", "1", "--output", "store", "--budget", "1")
        command = [HOLDFAST, "search", *store, "--model", url, "--proposer", "model", "--premises", "3"]
        environment = os.environ | {"HOLDFAST_CACHE": str(tmp_path / "cache"), "HOLDFAST_API_KEY": KEY}
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    lines = named(asked[0]["body"]["prompt"])
    assert len(lines) == 6
    assert "even_twice : forall n : nat, Nat.even (n + n) = true" in lines
    assert any(line.startswith("Coq.") for line in lines)
    names = [line.partition(" : ")[0] for line in lines]
    assert not [name for name in names if "hole" in name or name.startswith("Coq.Lists.")]
    assert len(named(asked[-1]["body"]["prompt"])) == 3

"""`holdfast suggest` and `holdfast serve` as their users see them."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.rocq_here import seed

pytestmark = pytest.mark.rocq

HOLDFAST = str(Path(sys.executable).parent / "holdfast")
TEXT = r"""Lemma swap (A B : Prop) : A /\ B -> B /\ A.
Proof.
  intros [a b]. split.
  - exact b.
  -
Admitted.
"""
CLIENT = """
import http.client, json, sys
connection = http.client.HTTPConnection("localhost", int(sys.argv[1]))
data = {"tactic_state": sys.argv[2], "prefix": sys.argv[3], "context": sys.argv[4]}
connection.request("POST", "/", json.dumps(data), {"Content-type": "application/json"})
print("[SUGGESTION]".join(json.loads(connection.getresponse().read())["suggestions"]))
"""
"""What llmstep's own client sends and prints."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "swap.v"
    path.write_text(TEXT, encoding="utf-8")
    return path


def _run(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [HOLDFAST, *arguments, "--cache", seed(cache)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_suggestions_are_marked_and_the_goal_is_shown(tmp_path: Path, file: Path) -> None:
    done = _run(tmp_path, "suggest", f"{file}:6", "-n", "12", "--learn", "0")
    assert done.returncode == 0, done.stderr
    assert "============================\nA\n" in done.stdout
    lines = done.stdout.splitlines()
    closing = [line for line in lines if "closes the goal" in line]
    refused = [line for line in lines if " refused " in line]
    assert any("assumption" in line for line in closing)
    assert refused
    assert lines.index(closing[-1]) < lines.index(refused[0])


def test_records_say_what_is_left(tmp_path: Path, file: Path) -> None:
    done = _run(tmp_path, "suggest", f"{file}:3:17", "-p", "split", "--json", "--learn", "0")
    goal, *found, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert goal["goal"].endswith("B /\\ A")
    split = next(one for one in found if one["text"] == "split")
    assert (split["mark"], [each.rpartition("\n")[2] for each in split["remaining"]]) == (
        "progress",
        ["B", "A"],
    )
    assert (summary["kind"], summary["exit_code"], summary["suggestions"]) == ("summary", 0, len(found))
    assert sum(summary[mark] for mark in ("closes", "progress", "undecided", "unchecked", "refused")) == len(
        found
    )


def test_unchecked_on_request_and_one_when_nothing_holds(tmp_path: Path, file: Path) -> None:
    done = _run(tmp_path, "suggest", f"{file}:6", "--no-check", "--json", "-n", "3", "--learn", "0")
    assert [json.loads(line).get("mark") for line in done.stdout.splitlines()[1:-1]] == ["unchecked"] * 3
    none = _run(tmp_path, "suggest", f"{file}:6", "-p", "no_such_tactic", "--learn", "0")
    assert (none.returncode, "nothing is offered" in none.stdout) == (1, True)


PYTHON = '''def double(n: int) -> int:
    """Twice.

    >>> double(2)
    4
    >>> double(5)
    10
    """
    return 4


def nothing_said(n: int) -> int:
    ...
'''


def test_bodies_of_a_python_function_are_judged_by_its_tests(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(PYTHON, encoding="utf-8")
    done = _run(tmp_path, "suggest", f"{path}:8", "-n", "1", "--json")
    goal, found, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert goal["goal"].endswith("def double(n: int) -> int: Twice.")
    assert (found["mark"], summary["exit_code"]) == ("closes", 0)
    assert path.read_text(encoding="utf-8") == PYTHON
    assert "the body that is there fails double:6: double(5): expected 10, got 4" in done.stderr

    answers = tmp_path / "answers.jsonl"
    chat = {"messages": [{"role": "user", "text": "*"}], "pieces": ["```python\nreturn n", " + 2\n```"]}
    answers.write_text(json.dumps(chat) + "\n", encoding="utf-8")
    asked = ("--model", f"replay:{answers}", "--proposer", "model", "--json")
    _, found, summary = map(json.loads, _run(tmp_path, "suggest", f"{path}:8", *asked).stdout.splitlines())
    assert (found["text"], found["mark"], found["source"]) == ("return n + 2", "refused", "answers.jsonl")
    assert "expected 10, got 7" in found["message"]
    assert summary["exit_code"] == 1


def test_test_files_judge_functions_that_say_nothing_themselves(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(PYTHON, encoding="utf-8")
    test = tmp_path / "test_a.py"
    test.write_text(
        "from a import nothing_said\n\ndef test_it():\n    assert nothing_said(3) == 3\n", "utf-8"
    )
    alone = _run(tmp_path, "suggest", f"{path}:13", "-n", "1")
    assert (alone.returncode, "no test speaks of nothing_said" in " ".join(alone.stderr.split())) == (1, True)
    tested = _run(
        tmp_path, "suggest", f"{path}:13", "--tests", str(test), "-p", "return n", "--json", "-n", "1"
    )
    _, found, summary = [json.loads(line) for line in tested.stdout.splitlines()]
    assert (found["text"], found["mark"], summary["exit_code"]) == ("return n", "closes", 0)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{file}", "names no place"),
        ("{file}:1", "no proof is open here"),
        ("{file}:99", "there is no line 99"),
        ("{file}:1:99", "no column 99"),
        ("{file}.txt:3", "end in .v"),
        ("{file}x.v:3", "No such file"),
    ],
)
def test_places_that_are_none_are_told_in_one_sentence(
    tmp_path: Path, file: Path, place: str, said: str
) -> None:
    done = _run(tmp_path, "suggest", place.format(file=file), "--learn", "0")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_model_is_asked_beside_the_embedded_proposers(tmp_path: Path, file: Path) -> None:
    recording = tmp_path / "recording.jsonl"
    answers = [
        {"text": " now exact a.", "logprobs": [-0.1], "finished": "stop", "tokens": 1},
        {"text": " admit.", "logprobs": [-0.01], "finished": "stop", "tokens": 1},
    ]
    recording.write_text(json.dumps({"prompt": "*", "answers": answers}), encoding="utf-8")
    done = _run(tmp_path, "suggest", f"{file}:6", "--json", "--learn", "0", "--model", f"replay:{recording}")
    found = [json.loads(line) for line in done.stdout.splitlines()[1:-1]]
    by_text = {one["text"]: one for one in found}
    assert (by_text["now exact a"]["mark"], by_text["now exact a"]["source"]) == ("closes", "recording.jsonl")
    assert "admit" not in by_text
    assert {one["source"] for one in found} > {"recording.jsonl"}


@contextmanager
def _serving(cache: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [HOLDFAST, "serve", "--json", "--cache", seed(cache), "--no-learn"]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = json.loads(process.stdout.readline())["port"]
        with httpx2.Client() as http:
            while http.get(f"http://127.0.0.1:{port}/ready").status_code != 200:
                assert process.poll() is None
        yield process, port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_client_of_llmstep_is_served_as_it_is(tmp_path: Path) -> None:
    with _serving(tmp_path, "--port", "0") as (process, port):
        state = "P Q : Prop\nh : P\n⊢ P ∨ Q"
        client = [sys.executable, "-c", CLIENT, str(port), state, "l", "theorem x :"]
        done = subprocess.run(client, capture_output=True, text=True, check=True)
        suggestions = done.stdout.strip().split("[SUGGESTION]")
        assert "left" in suggestions
        assert all(one.startswith("l") for one in suggestions)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate()
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1]) == {
        "version": 1,
        "kind": "summary",
        "exit_code": 0,
        "stopped": True,
    }


def test_a_token_that_is_asked_for_is_not_told(tmp_path: Path) -> None:
    with (
        _serving(tmp_path, "--port", "0", "--token", "planted-secret") as (process, port),
        httpx2.Client() as http,
    ):
        url = f"http://127.0.0.1:{port}/v1/models"
        assert http.get(url).status_code == 401
        assert http.get(url, headers={"Authorization": "Bearer planted-secret"}).status_code == 200
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
    assert "planted-secret" not in rest
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"planted-secret" not in path.read_bytes()


def test_other_addresses_need_a_token(tmp_path: Path) -> None:
    done = _run(tmp_path, "serve", "--host", "0.0.0.0")
    assert (done.returncode, "HOLDFAST_TOKEN" in done.stderr) == (2, True)

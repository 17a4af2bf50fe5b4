"""The server on Lean: documents judged by a real Lean, goals as text, and what is reported of both."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.lean.installation import program
from tests.rocq_here import seed

HOLDFAST = str(Path(sys.executable).parent / "holdfast")
TEXT = """theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  constructor
  · exact h.2
  · exact h.1

theorem both (p q : Prop) (h : p) (k : q) : p ∧ q := by
  """
STEP = "exact (fun x : p => And.intro x k) h"
"""What nobody would propose by himself."""


@contextmanager
def serving(cache: Path) -> Iterator[str]:
    """The address of `holdfast serve`, with a real Lean on its PATH."""
    words = [HOLDFAST, "serve", "--port", "0", "--json", "--cache", str(cache), "--no-learn"]
    path = f"{program().parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | {"PATH": path}
    ) as server:
        try:
            assert server.stdout is not None
            listening = json.loads(server.stdout.readline())
            yield f"http://127.0.0.1:{listening['port']}"
        finally:
            server.send_signal(signal.SIGINT)


def asked(http: httpx2.Client, path: str, **fields: Any) -> Any:
    while (answer := http.post(path, json=fields)).status_code == 503:
        assert answer.json()["error"]["code"] == "loading", answer.json()
    assert answer.status_code == 200, answer.json()
    return answer.json()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Path(seed(tmp_path_factory.mktemp("cache")))) as url:
        yield url


def test_steps_in_a_document_are_judged_by_lean_and_accepted_ones_are_known(url: str) -> None:
    with httpx2.Client(base_url=url, timeout=240) as http:
        place = {"name": "a.lean", "text": TEXT, "offset": len(TEXT)}
        found = asked(http, "/v1/suggest", document=place, count=40)
        assert found["goal"] == "p q : Prop\nh : p\nk : q\n⊢ p ∧ q"
        verdicts = {each["text"]: each["verdict"] for each in found["suggestions"]}
        assert verdicts["constructor"] == "progress"
        assert next(iter(verdicts.values())) == "closes"
        assert STEP not in verdicts
        asked(http, "/v1/feedback", id=found["id"], suggestion=STEP, accepted=True)
        again = asked(http, "/v1/suggest", document=place, count=10)
        assert {each["text"]: each["verdict"] for each in again["suggestions"]}[STEP] == "closes"
        # Another document, whose learner is made after the report, and a goal that comes as text.
        other = {"name": "b.lean", "text": TEXT, "offset": len(TEXT)}
        assert STEP in str(asked(http, "/v1/suggest", document=other, count=10)["suggestions"])
        text = asked(http, "/v1/suggest", tactic_state=found["goal"], count=10)
        assert STEP in {each["text"] for each in text["suggestions"]}
        assert STEP in asked(http, "/", tactic_state=found["goal"])["suggestions"]


def helped(question: object, **environment: str) -> tuple[int, Any]:
    """What `holdfast ask` answers."""
    line = question if isinstance(question, str) else json.dumps(question)
    done = subprocess.run(
        [HOLDFAST, "ask"],
        input=line + "\n",
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=240,
    )
    return done.returncode, json.loads(done.stdout)


def test_the_helper_of_the_tactics_asks_and_reports(url: str) -> None:
    goals = ["case left\na b : Prop\nk : a\n⊢ a ∨ b", "⊢ " + "True ∧ " * 20_000 + "True"]
    question: dict[str, Any] = {"version": 1, "goals": goals[:1], "start": "", "count": 4, "accepted": []}
    code, first = helped(question, HOLDFAST_SERVER=url)
    assert (code, first["error"], len(first["suggestions"])) == (0, "", 4)
    step = "exact (show a → a ∨ b from Or.inl) k"
    assert step not in first["suggestions"]
    taken = [{"id": first["id"], "suggestion": step}, {"id": "none", "suggestion": step}]
    _, again = helped({**question, "start": "exact (show", "accepted": taken}, HOLDFAST_SERVER=url)
    assert again["suggestions"] == [step]
    assert ["no answer none is remembered" in note for note in again["notes"]] == [True]
    # Goals beyond what an argument may hold arrive, and what is too long is told by the server.
    code, long = helped({**question, "goals": goals}, HOLDFAST_SERVER=url)
    assert (code, "characters" in long["error"]) == (1, True)


def test_the_helper_says_in_a_sentence_why_there_is_no_answer(url: str) -> None:
    question = {"version": 1, "goals": ["⊢ True"], "start": "", "count": 4, "accepted": []}
    for asked_of, what, said in (
        (question, "http://127.0.0.1:1", "nothing answers at http://127.0.0.1:1"),
        (question, "nonsense", "HOLDFAST_SERVER is no address"),
        (question, f"{url}/docs/", "is no holdfast serve"),
        ({**question, "version": 2}, url, "not of the same version"),
        ({"goals": []}, url, "not of the same version"),
        ("no JSON", url, "not of the same version"),
    ):
        code, answer = helped(asked_of, HOLDFAST_SERVER=what)
        assert (code, answer["suggestions"]) == (1, [])
        assert said in answer["error"]


def test_places_that_are_no_proof_and_texts_that_lean_refuses_say_so(url: str) -> None:
    with httpx2.Client(base_url=url, timeout=240) as http:
        asked(http, "/v1/suggest", tactic_state="⊢ True")
        for text, code in (
            ("theorem a : True :=", "no_goal"),
            ("import Nowhere\n" + TEXT, "source_not_accepted"),
        ):
            place = {"name": "c.lean", "text": text, "offset": len(text)}
            answer = http.post("/v1/suggest", json={"document": place})
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), answer.json()

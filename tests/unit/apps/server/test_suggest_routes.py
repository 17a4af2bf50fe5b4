"""Suggestions over HTTP, for goals as text."""

import json
from pathlib import Path

import pytest
from tests.unit.apps.server.rooms import GOAL, asked

pytestmark = pytest.mark.asyncio


async def test_the_clients_of_llmstep_and_llmsuggest_get_their_shape(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        llmsuggest = await one.http.post("/", json={"tactic_state": GOAL})
        llmstep = await one.http.post("/", json={"tactic_state": GOAL, "prefix": "", "context": "-- text"})
    assert llmsuggest.status_code == llmstep.status_code == 200
    assert set(llmstep.json()) == {"suggestions"}
    suggestions = llmstep.json()["suggestions"]
    assert suggestions
    assert all(isinstance(each, str) for each in suggestions)
    assert len(set(suggestions)) == len(suggestions)
    assert llmsuggest.json() == llmstep.json()


async def test_every_suggestion_begins_with_the_prefix(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        found = (await one.http.post("/", json={"tactic_state": GOAL, "prefix": "re"})).json()["suggestions"]
    assert found
    assert all(each.startswith("re") for each in found)


async def test_a_goal_as_text_is_never_said_to_be_checked(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        answer = (await one.http.post("/v1/suggest", json={"tactic_state": GOAL, "count": 4})).json()
    assert len(answer["suggestions"]) == 4
    assert {each["verdict"] for each in answer["suggestions"]} == {"unchecked"}
    assert [each["logprob"] for each in answer["suggestions"]] == sorted(
        (each["logprob"] for each in answer["suggestions"]), reverse=True
    )
    assert all(each["logprob"] <= 0 and each["remaining"] is None for each in answer["suggestions"])
    assert "n + 0 = n" in answer["goal"]


async def test_a_stream_tells_each_part_and_then_all_of_it(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        body = {"tactic_state": GOAL, "count": 3, "stream": True}
        answer = await one.http.post("/v1/suggest", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\ndata: ") for block in answer.text.strip().split("\n\n")]
    assert [name for name, _ in events] == [
        "event: goal", *["event: suggestion"] * 3, "event: done"
    ]  # fmt: skip
    parts = [json.loads(data) for _, data in events]
    assert parts[-1]["id"] == parts[0]["id"]
    assert parts[-1]["suggestions"] == parts[1:-1]


async def test_what_was_accepted_is_offered_from_then_on_and_kept(tmp_path: Path) -> None:
    step = "rewrite my_own_lemma_of_plus"
    async with asked(tmp_path) as one:
        before = (await one.http.post("/v1/suggest", json={"tactic_state": GOAL, "count": 10})).json()
        assert step not in {each["text"] for each in before["suggestions"]}
        body = {"id": before["id"], "suggestion": step, "accepted": True}
        assert (await one.http.post("/v1/feedback", json=body)).json() == {"learned": True}
        rejected = {"tactic_state": GOAL, "suggestion": "lia", "accepted": False}
        assert (await one.http.post("/v1/feedback", json=rejected)).status_code == 200
        after = (await one.http.post("/v1/suggest", json={"tactic_state": GOAL, "count": 10})).json()
        assert step in {each["text"] for each in after["suggestions"]}
    records = [json.loads(line) for line in (tmp_path / "lessons.jsonl").read_text().splitlines()]
    assert [(each["step"], each["accepted"]) for each in records] == [(step, True), ("lia", False)]
    async with asked(tmp_path) as again:
        found = (await again.http.post("/v1/suggest", json={"tactic_state": GOAL, "count": 10})).json()
    assert step in {each["text"] for each in found["suggestions"]}


async def test_feedback_on_an_answer_that_nobody_gave_is_refused(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        body = {"id": "no-such-answer", "suggestion": "lia", "accepted": True}
        answer = await one.http.post("/v1/feedback", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_answer")


@pytest.mark.parametrize(
    "text", ["sorry", "admit", "Admitted", "give_up", "exact_no_check I", 'Redirect "x" Print nat']
)
async def test_a_step_that_skips_the_goal_is_not_offered_even_when_it_was_accepted(
    tmp_path: Path, text: str
) -> None:
    async with asked(tmp_path) as one:
        body = {"tactic_state": GOAL, "suggestion": text, "accepted": True}
        await one.http.post("/v1/feedback", json=body)
        found = (await one.http.post("/", json={"tactic_state": GOAL})).json()["suggestions"]
    assert text not in found


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, None),
        ({"tactic_state": GOAL, "count": 0}, "count"),
        ({"tactic_state": GOAL, "unknown": 1}, "unknown"),
        ({"tactic_state": GOAL, "document": {"text": "", "line": 1}}, None),
        ({"document": {"text": ""}}, "document"),
        ({"document": {"text": "", "line": 1, "offset": 0}}, "document"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_field(
    tmp_path: Path, body: dict[str, object], param: str | None
) -> None:
    async with asked(tmp_path) as one:
        answer = await one.http.post("/v1/suggest", json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]


async def test_places_that_are_not_in_the_text_and_empty_goals_are_told(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        for document in (
            {"text": "a", "line": 2},
            {"text": "a", "line": 1, "column": 9},
            {"text": "", "offset": 5},
        ):
            answer = await one.http.post("/v1/suggest", json={"document": document})
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_such_place")
        other = await one.http.post(
            "/v1/suggest", json={"document": {"text": "", "offset": 0, "name": "a.c"}}
        )
        assert (other.status_code, other.json()["error"]["code"]) == (422, "unknown_file_type")
        empty = await one.http.post("/v1/suggest", json={"tactic_state": " \n"})
        assert (empty.status_code, empty.json()["error"]["code"]) == (422, "no_goal")
        without = await one.http.post("/v1/suggest", json={"document": {"text": "", "offset": 0}})
        assert (without.status_code, without.json()["error"]["code"]) == (503, "no_rocq")


async def test_long_goals_are_answered_or_refused_at_once_and_others_go_on(tmp_path: Path) -> None:
    many = "\n".join(f"H{at} : x{at} = y{at}" for at in range(10_000)) + "\n====\nx1 = x2"
    nested = "====\n" + "(" * 9_000 + "n" + ")" * 9_000
    async with asked(tmp_path) as one:
        for goal in (many, nested):
            answer = await one.http.post("/v1/suggest", json={"tactic_state": goal, "prefix": "reflexiv"})
            assert [each["text"] for each in answer.json()["suggestions"]] == ["reflexivity"]
        for path, field in (("/", "tactic_state"), ("/v1/suggest", "tactic_state"), ("/generate", "text")):
            for goal in ("⊢ " + "n + " * 10_000 + "n", many * 6):
                answer = await one.http.post(path, json={field: goal})
                assert (answer.status_code, answer.json()["error"]["code"]) == (
                    400,
                    "context_length_exceeded",
                )

"""Recordings: what they hold, what they are made of, what they refuse."""

import json
from pathlib import Path

import pytest

from holdfast.core.completions import Ending, Message, Sampling
from holdfast.core.errors import BadAnswerError, UserError
from holdfast.models.replay import RecordingModel, ReplayModel, load_recording

DRAWN = Sampling(count=3, temperature=0.7, want_logprobs=True)


@pytest.mark.asyncio
async def test_what_was_recorded_is_replayed(tmp_path: Path) -> None:
    turns = (Message("user", "hello"),)
    path = tmp_path / "kept.jsonl"
    original = ReplayModel(
        [
            {"prompt": "p", "answers": [{"text": "⟨a⟩", "logprobs": [-0.5, -0.25]}, {"text": "b"}]},
            {"messages": [{"role": "user", "text": "*"}], "pieces": ["x", "y"]},
            {"embed": "t", "vector": [0.5]},
        ]
    )
    recorder = RecordingModel(original, path)
    answers = await recorder.complete("p", DRAWN)
    assert [piece async for piece in recorder.chat(turns, DRAWN)] == ["x", "y"]
    await recorder.embed(["t"])
    again = load_recording(path)
    assert list(await again.complete("p", DRAWN)) == list(answers)
    assert [piece async for piece in again.chat(turns, DRAWN)] == ["x", "y"]
    assert await again.embed(["t"]) == [(0.5,)]
    assert again.name == "kept.jsonl"


@pytest.mark.asyncio
async def test_how_a_chat_ended_is_recorded_too(tmp_path: Path) -> None:
    turns = (Message("user", "hello"),)
    chat = {"messages": [{"role": "user", "text": "*"}], "pieces": ["x"], "finished": "length"}
    path = tmp_path / "kept.jsonl"
    recorder = RecordingModel(ReplayModel([chat]), path)
    assert [piece async for piece in recorder.chat(turns, DRAWN)] == ["x", ""]
    *_, ending = [piece async for piece in load_recording(path).chat(turns, DRAWN)]
    assert isinstance(ending, Ending)
    assert (ending.finished, ending.completion_tokens) == ("length", None)


@pytest.mark.asyncio
async def test_what_was_not_recorded_is_told() -> None:
    model = ReplayModel([{"prompt": "p", "answers": [{"text": "a"}]}])
    with pytest.raises(BadAnswerError, match='no prompt "q"'):
        await model.complete("q", DRAWN)
    with pytest.raises(BadAnswerError, match="no chat"):
        async for _ in model.chat((Message("user", "q"),), DRAWN):
            pass
    with pytest.raises(BadAnswerError, match="no vector"):
        await model.embed(["q"])


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "p"},
        {"prompt": "p", "answers": []},
        {"prompt": "p", "answers": [{"text": "a", "logprobs": [0.5]}]},
        {"prompt": "p", "answers": [{"text": "a", "logprob": [-0.5]}]},
        {"embed": "t", "vector": []},
        {"embed": "t", "vector": [float("nan")]},
        {"messages": [{"role": "robot", "text": "x"}], "pieces": []},
        {},
    ],
)
def test_records_are_read_strictly(record: dict[str, object]) -> None:
    with pytest.raises(UserError, match="record 1: not a recorded answer"):
        ReplayModel([record])


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"{", "line 1: not JSON"), (b'\n{"prompt": 1}', "record 1"), (b"\xff", "cannot read")],
)
def test_files_are_read_strictly(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_bytes(data)
    with pytest.raises(UserError, match=told):
        load_recording(path)
    with pytest.raises(UserError, match="cannot read"):
        load_recording(tmp_path / "none.jsonl")


def test_a_recording_is_json_lines_that_people_can_write(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text(json.dumps({"prompt": "*", "answers": [{"text": "lia."}]}) + "\n\n", encoding="utf-8")
    assert load_recording(path).name == "kept.jsonl"

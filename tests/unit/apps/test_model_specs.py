"""What `--model` takes, and how it opens it."""

import json
from contextlib import aclosing
from pathlib import Path

import pytest
from tests.http_server import Asked, Said, said, serving

from holdfast.apps.models import named_premises, open_model, parse_spec, prepare_model
from holdfast.core.completions import Sampling
from holdfast.core.errors import UnknownModelError, UserError
from holdfast.core.goals import Goal, Subgoal

GOAL = Goal((Subgoal((), "0 = 0"),))
SECRET = "sk-planted0123456789"


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("replay:a/b.jsonl", "replay", "a/b.jsonl"),
        ("http://localhost:8000/v1/", "openai", "http://localhost:8000/v1"),
        ("https://api.openai.com/v1?model=x&samples=3", "openai", "https://api.openai.com/v1"),
        ("sglang+http://gpu:30000", "sglang", "http://gpu:30000"),
        ("hf:models/tiny?dtype=float32", "hf", "models/tiny"),
    ],
)
def test_specifications(text: str, kind: str, place: str) -> None:
    spec = parse_spec(text)
    assert (spec.kind, spec.place) == (kind, place)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a model"),
        ("gpt-5", "not a model"),
        ("replay:", "not a model"),
        ("ftp://x", "not a model"),
        ("http://", "names no server"),
        ("http://x:y/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
        ("http://x?samples=0", "samples"),
        ("http://x?samples=many", "samples"),
        ("http://x?scores=best", "scores"),
        ("http://x?modle=a", "modle.*model, prompt"),
        (f"http://x?api_key={SECRET}", "HOLDFAST_API_KEY"),
        (f"https://user:{SECRET}@x/v1", "HOLDFAST_API_KEY"),
        (f"https://{SECRET}@x/v1", "HOLDFAST_API_KEY"),
    ],
)
def test_mistakes_are_told_without_repeating_secrets(text: str, told: str) -> None:
    with pytest.raises(UserError, match=told) as caught:
        parse_spec(text)
    assert "planted" not in str(caught.value)


def recording(path: Path, *texts: str) -> Path:
    line = {"prompt": "*", "answers": [{"text": text} for text in texts]}
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    return path


@pytest.mark.asyncio
async def test_a_recording_proposes(tmp_path: Path) -> None:
    spec = f"replay:{recording(tmp_path / 'kept.jsonl', 'reflexivity.')}"
    source = prepare_model(spec, {})
    async with open_model(spec, {}) as model:
        proposals = await source.proposer("rocq", model).propose(GOAL, 3)
    assert [each.step.text for each in proposals] == ["reflexivity"]
    with pytest.raises(UserError, match="not for lean"):
        prepare_model(f"{spec}?prompt=few-shot-rocq", {}).proposer("lean", model)
    with pytest.raises(UserError, match="no prompt format"):
        prepare_model(f"{spec}?prompt=poem", {})


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.asyncio
async def test_keys_reach_the_server_and_nothing_that_is_kept(tmp_path: Path) -> None:
    def reply(asked: Asked) -> Said:
        logprobs = {"tokens": ["a"], "token_logprobs": [-0.5]}
        return said({"choices": [{"text": "a", "finish_reason": "stop", "logprobs": logprobs}]})

    cache = tmp_path / "answers.db"
    async with serving(reply) as server:
        for _ in range(2):
            spec = f"{server.url}/v1?model=m"
            async with open_model(spec, {"HOLDFAST_API_KEY": SECRET}, cache=cache) as model:
                await model.complete("p", Sampling(want_logprobs=True))
        assert [each.headers["authorization"] for each in server.asked] == [f"Bearer {SECRET}"]
    kept = contents(tmp_path)
    assert any(b"SQLite" in data for data in kept)
    assert not any(SECRET.encode() in data for data in kept)


@pytest.mark.asyncio
async def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"config\.json"):
        open_model(f"hf:{tmp_path}", {})


@pytest.mark.asyncio
async def test_another_seed_asks_for_another_draw() -> None:
    def reply(asked: Asked) -> Said:
        logprobs = {"tokens": ["lia."], "token_logprobs": [-0.5]}
        return said({"choices": [{"text": "lia.", "finish_reason": "stop", "logprobs": logprobs}]})

    async with serving(reply) as server:
        for seed in (0, 0, 10_000):
            source = prepare_model(f"{server.url}/v1?model=m&samples=1", {}, seed=seed)
            async with aclosing(source.make()) as model:
                await source.proposer("rocq", model).propose(GOAL, 1)
        seeds = [each.body["seed"] for each in server.asked]
    assert seeds == [0, 0, 10_000]


def test_theorems_are_only_searched_for_where_prompts_have_a_place_for_them() -> None:
    spec = "http://localhost:8000/v1"
    assert named_premises(spec, {}, "rocq", 7) == 7
    assert named_premises(f"{spec}?prompt=instruct", {}, "rocq", 7) == 7
    assert named_premises(f"{spec}?prompt=few-shot-rocq.v1", {}, "rocq", 7) == 0
    assert named_premises(f"{spec}?prompt=proofstep", {}, "rocq", 7) == 0
    assert named_premises(f"{spec}?prompt=instruct", {}, "lean", 7) == 0
    assert named_premises(None, {}, "rocq", 7) == 0

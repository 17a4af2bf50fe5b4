"""A language model behind the routes: loaded beside the serving, and asked beside the embedded proposers."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from tests.unit.apps.server.rooms import GOAL

from holdfast.apps.lessons import Lessons
from holdfast.apps.models import prepare_model
from holdfast.apps.server.app import create_app
from holdfast.apps.server.desk import DeskSettings
from holdfast.apps.server.guard import GuardSettings
from holdfast.apps.server.serving import Parts, opened_room
from holdfast.apps.server.shelved import ShelvedModel
from holdfast.core.errors import UserError
from holdfast.models.states import ModelShelf
from holdfast.runtime.sinks import NullSink

pytestmark = pytest.mark.asyncio

RECORDS = (
    {"prompt": "*", "answers": [
        {"text": " now auto.", "logprobs": [-0.25, -0.5], "finished": "stop", "tokens": 2},
        {"text": " admit.", "logprobs": [-0.01], "finished": "stop", "tokens": 1},
    ]},
    {"messages": [{"role": "user", "text": "*"}], "pieces": ["now", " auto"], "finished": "length"},
    {"embed": "*", "vector": [0.6, 0.8]},
)  # fmt: skip


def _source(folder: Path) -> str:
    path = folder / "recording.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    return f"replay:{path}"


async def test_it_says_that_it_loads_then_answers_in_every_shape(tmp_path: Path) -> None:
    source = prepare_model(await asyncio.to_thread(_source, tmp_path), {})
    model = ShelvedModel(source)
    with Lessons(tmp_path / "lessons.jsonl") as lessons:
        proposer = source.proposer("rocq", model)
        parts = Parts(
            bench=None,
            lessons=lessons,
            sink=NullSink(),
            models=(model,),
            proposers={} if proposer is None else {"rocq": proposer},
        )
        async with (
            opened_room(parts) as room,
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(create_app(room, GuardSettings())), base_url="http://localhost"
            ) as http,
        ):
            early = await http.post("/v1/completions", json={"prompt": "x"})
            assert (early.status_code, early.json()["error"]["code"]) == (503, "model_loading")
            await model.start()
            while (await http.get("/ready")).status_code != 200:
                assert room.desk.state != "failed"
            body = {"prompt": "x", "n": 2, "logprobs": 1}
            answer = (await http.post("/v1/completions", json=body)).json()
            assert answer["model"] == "recording.jsonl"
            assert [one["logprobs"]["token_logprobs"] for one in answer["choices"]] == [
                [-0.25, -0.5],
                [-0.01],
            ]
            chat = {"messages": [{"role": "user", "content": "x"}], "stream": True}
            streamed = (await http.post("/v1/chat/completions", json=chat)).text
            assert streamed.count('"content": "') == 3
            assert '"finish_reason": "length"' in streamed
            (whole,) = (await http.post("/v1/chat/completions", json=chat | {"stream": False})).json()[
                "choices"
            ]
            assert whole["finish_reason"] == "length"
            assert (await http.post("/encode", json={"text": "x"})).json() == {"embedding": [0.6, 0.8]}
            ask = {"tactic_state": GOAL, "count": 20}
            found = (await http.post("/v1/suggest", json=ask)).json()["suggestions"]
            assert {"recording.jsonl"} < {one["source"] for one in found}
            assert "admit" not in {one["text"] for one in found}
    await model.aclose()


async def test_the_model_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    source = prepare_model(await asyncio.to_thread(_source, tmp_path), {})
    model = ShelvedModel(source)
    await model.start()
    with Lessons(tmp_path / "lessons.jsonl") as lessons:
        parts = Parts(
            bench=None,
            lessons=lessons,
            sink=NullSink(),
            desk=DeskSettings(embedded=False),
            models=(model,),
            proposers={"rocq": source.proposer("rocq", model)},
        )
        async with (
            opened_room(parts) as room,
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(create_app(room, GuardSettings())), base_url="http://localhost"
            ) as http,
        ):
            while (await http.get("/ready")).status_code != 200:
                assert room.desk.state != "failed"
            found = (await http.post("/", json={"tactic_state": GOAL})).json()
    assert found == {"suggestions": ["now auto"]}
    await model.aclose()


async def test_several_models_are_named_and_loaded_when_they_are_asked_for(tmp_path: Path) -> None:
    shelf = ModelShelf({}, memory_mb=1)
    models = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.jsonl"
        answer = {"prompt": "*", "answers": [{"text": f"apply {name}."}]}
        path.write_text(json.dumps(answer) + "\n", encoding="utf-8")
        models.append(ShelvedModel(prepare_model(f"replay:{path}", {}), shelf))
    with pytest.raises(UserError, match="two models are called"):
        ShelvedModel(prepare_model(f"replay:{tmp_path / 'one.jsonl'}", {}), shelf)
    await models[0].start()
    with Lessons(tmp_path / "lessons.jsonl") as lessons:
        parts = Parts(bench=None, lessons=lessons, sink=NullSink(), models=tuple(models))
        async with (
            opened_room(parts) as room,
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(create_app(room, GuardSettings())), base_url="http://localhost"
            ) as http,
        ):
            body = {"prompt": "x"}
            first = (await http.post("/v1/completions", json=body)).json()
            assert (first["choices"][0]["text"], first["model"]) == ("apply one.", "one.jsonl")
            second = body | {"model": str(tmp_path / "two.jsonl")}
            early = await http.post("/v1/completions", json=second)
            assert (early.status_code, early.json()["error"]["code"]) == (503, "model_loading")
            await models[1].start()
            late = (await http.post("/v1/completions", json=second)).json()
            assert (late["choices"][0]["text"], late["model"]) == ("apply two.", "two.jsonl")
            listed = (await http.get("/v1/models")).json()["data"]
            assert [each["id"] for each in listed] == ["one.jsonl", "two.jsonl", "holdfast-embedded"]
            unknown = await http.post("/v1/completions", json=body | {"model": "three"})
            assert (unknown.status_code, "there is one.jsonl, two" in unknown.text) == (404, True)
    await shelf.aclose()

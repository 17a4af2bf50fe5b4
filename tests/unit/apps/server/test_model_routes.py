"""The shapes of SGLang and OpenAI, over the embedded proposers."""

import base64
import json
import math
import struct
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.unit.apps.server.rooms import GOAL, asked

pytestmark = pytest.mark.asyncio

PROMPT = f"[GOAL]{GOAL}[PROOFSTEP]"


async def _post(http: httpx2.AsyncClient, path: str, **body: object) -> Any:
    answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_sglang_generates_one_or_many(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        params = {"max_new_tokens": 20, "temperature": 0.7, "top_p": 0.9, "stop": ["\n"]}
        single = await _post(one.http, "/generate", text=PROMPT, sampling_params=params)
        many = await _post(
            one.http,
            "/generate",
            text=[PROMPT, PROMPT, "True"],
            sampling_params=[params | {"sampling_seed": seed} for seed in range(3)],
            return_logprob=True,
        )
        drawn = await _post(one.http, "/generate", text=PROMPT, sampling_params={"n": 3})
    assert set(single) == {"text", "meta_info"}
    assert single["meta_info"]["finish_reason"] == {"type": "stop"}
    assert [each["text"] for each in many][:2] == [each["text"] for each in drawn][:2]
    assert many[0]["text"] != many[1]["text"], "equal prompts get different answers"
    for each in many:
        assert all(logprob <= 0 for logprob, *_ in each["meta_info"]["output_token_logprobs"])


async def test_vectors_come_in_both_shapes_and_agree(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        alone = await _post(one.http, "/encode", text=GOAL)
        items = await _post(one.http, "/encode", text=[GOAL, "True"])
        companions = await _post(one.http, "/encode", text=[GOAL, "True"], hidden_size=512)
        floats = await _post(one.http, "/v1/embeddings", input=[GOAL, "True"])
        packed = await _post(one.http, "/v1/embeddings", input=GOAL, encoding_format="base64")
        info = (await one.http.get("/model_info")).json()
    vector = alone["embedding"]
    assert math.isclose(math.fsum(x * x for x in vector), 1.0, rel_tol=1e-9)
    assert [each["embedding"] for each in items] == companions["embeddings"]
    assert companions["embeddings"][0] == vector
    assert [each["embedding"] for each in floats["data"]] == companions["embeddings"]
    raw = base64.b64decode(packed["data"][0]["embedding"])
    assert list(struct.unpack("<512f", raw)) == pytest.approx(vector, abs=1e-6)
    assert info["encode_spec"]["digest"] == floats["spec"]
    assert info["hidden_size"] == 512


async def test_a_text_without_a_vector_is_an_error_and_not_zeros(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        items = await _post(one.http, "/encode", text=[GOAL, " "])
        companions = await _post(one.http, "/encode", text=[" ", GOAL], hidden_size=512)
        alone = await one.http.post("/encode", json={"text": " "})
        openai = await one.http.post("/v1/embeddings", json={"input": [GOAL, " "]})
    assert items[0]["embedding"]
    assert items[1]["embedding"] is None
    assert items[1]["error"]["code"] == "model_failed"
    assert companions["embeddings"][0] is None
    assert [each["index"] for each in companions["errors"]] == [0]
    assert alone.status_code == 502
    assert (openai.status_code, openai.json()["error"]["param"]) == (502, "input.1")


async def test_vectors_of_another_spec_are_refused(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        for path, body in (
            ("/encode", {"text": GOAL, "spec": "0123"}),
            ("/encode", {"text": GOAL, "hidden_size": 4096}),
            ("/v1/embeddings", {"input": GOAL, "spec": "0123"}),
        ):
            answer = await one.http.post(path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (409, "other_spec")


async def test_openai_completes_with_log_probabilities(tmp_path: Path) -> None:
    async with asked(tmp_path) as one:
        answer = await _post(one.http, "/v1/completions", prompt=[PROMPT, "True"], n=2, logprobs=1)
        plain = await _post(one.http, "/v1/completions", prompt=f"{PROMPT}re", model="holdfast-embedded")
        streamed = await one.http.post("/v1/completions", json={"prompt": PROMPT, "n": 2, "stream": True})
    assert answer["object"] == "text_completion"
    assert [each["index"] for each in answer["choices"]] == [0, 1, 2, 3]
    assert all(each["finish_reason"] == "stop" for each in answer["choices"])
    assert all(each["logprobs"]["token_logprobs"][0] <= 0 for each in answer["choices"])
    assert answer["choices"][0]["logprobs"]["tokens"] == [answer["choices"][0]["text"]]
    assert plain["choices"][0]["logprobs"] is None
    assert (answer["usage"], plain["usage"]) == ({"completion_tokens": 4}, {"completion_tokens": 1})
    assert f"re{plain['choices'][0]['text']}".startswith(("reflexivity", "rewrite", "rename", "remember"))
    lines = [line.removeprefix("data: ") for line in streamed.text.strip().split("\n\n")]
    assert lines[-1] == "[DONE]"
    assert [json.loads(line)["choices"][0]["index"] for line in lines[:-1]] == [0, 1]


async def test_openai_chats(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": f"What next?\n```\n{GOAL}\n```\n"}]
    async with asked(tmp_path) as one:
        answer = await _post(one.http, "/v1/chat/completions", messages=messages)
        streamed = await one.http.post("/v1/chat/completions", json={"messages": messages, "stream": True})
        models = (await one.http.get("/v1/models")).json()
    text = answer["choices"][0]["message"]["content"]
    assert text
    lines = [line.removeprefix("data: ") for line in streamed.text.strip().split("\n\n")]
    assert lines[-1] == "[DONE]"
    deltas = [json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines[:-1]]
    assert "".join(deltas) == text
    assert [each["id"] for each in models["data"]] == [answer["model"]]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/completions", {"prompt": PROMPT, "best_of": 4}, 400),
        ("/v1/completions", {"prompt": PROMPT, "model": "gpt-of-elsewhere"}, 404),
        ("/v1/completions", {"prompt": []}, 400),
        ("/v1/chat/completions", {"messages": []}, 400),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}], "logprobs": True}, 400),
        ("/generate", {"text": PROMPT, "return_hidden_states": True}, 501),
        ("/generate", {"text": PROMPT, "sampling_params": {"top_k": 5}}, 400),
        ("/generate", {"text": [PROMPT], "sampling_params": [{}, {}]}, 400),
        ("/encode", {"text": []}, 400),
        ("/v1/models/other", None, 404),
        ("/nowhere", None, 404),
    ],
)
async def test_what_cannot_be_done_is_said_and_not_left_out(
    tmp_path: Path, path: str, body: dict[str, object] | None, status: int
) -> None:
    async with asked(tmp_path) as one:
        answer = await (one.http.get(path) if body is None else one.http.post(path, json=body))
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"message", "type", "code", "param"}

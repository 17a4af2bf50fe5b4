"""Answers as servers that could not be run here document them, written by hand."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.core.completions import Sampling
from holdfast.core.errors import BadAnswerError
from holdfast.models.openai_shapes import chat_piece, completions_in, model_names_in, usage_in, vectors_in

SCORED = Sampling(max_tokens=8, want_logprobs=True)
PLAIN = Sampling(max_tokens=8)
HEAD = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
LEGACY = {
    "text_offset": [0, 4],
    "token_logprobs": [-0.125, -0.25],
    "tokens": [" lia", "."],
    "top_logprobs": [{" lia": -0.125, " auto": -3.0}, {".": -0.25}],
}

OPENAI = HEAD | {
    "choices": [{"text": " lia.", "index": 0, "logprobs": LEGACY, "finish_reason": "stop"}],
    "usage": USAGE | {"completion_tokens_details": {"reasoning_tokens": 0}},
    "system_fingerprint": "fp_1",
}
VLLM = HEAD | {
    "choices": [
        {
            "index": 0,
            "text": " lia.",
            "logprobs": LEGACY,
            "finish_reason": "length",
            "stop_reason": None,
            "token_ids": None,
            "prompt_logprobs": None,
        }
    ],
    "usage": USAGE | {"prompt_tokens_details": None},
    "kv_transfer_params": None,
}
SGLANG = HEAD | {
    "choices": [
        {"index": 0, "text": " lia.", "logprobs": LEGACY, "finish_reason": "stop", "matched_stop": 2}
    ],
    "usage": USAGE | {"prompt_tokens_details": None, "reasoning_tokens": 0},
    "metadata": {"weight_version": "default"},
}
LLAMA_CPP = HEAD | {
    "choices": [
        {
            "text": " lia.",
            "index": 0,
            "logprobs": {
                "content": [
                    {"id": 7, "token": " lia", "bytes": [32], "logprob": -0.125, "top_logprobs": []},
                    {"id": 8, "token": ".", "bytes": [46], "logprob": -0.25, "top_logprobs": []},
                ]
            },
            "finish_reason": "stop",
        }
    ],
    "usage": USAGE,
    "timings": {"prompt_n": 5},
}
OLLAMA = HEAD | {
    "system_fingerprint": "fp_ollama",
    "choices": [{"text": " lia.", "index": 0, "finish_reason": "stop"}],
    "usage": USAGE,
}
TRANSFORMERS_SERVE = HEAD | {
    "choices": [{"text": " lia.", "index": 0, "finish_reason": "stop", "logprobs": None}]
}


@pytest.mark.parametrize(
    "answer", [OPENAI, VLLM, SGLANG, LLAMA_CPP], ids=["openai", "vllm", "sglang", "llama.cpp"]
)
def test_servers_with_log_probabilities(answer: dict[str, Any]) -> None:
    (completion,) = completions_in(answer, SCORED, "x")
    assert (completion.text, completion.logprobs, completion.tokens) == (" lia.", (-0.125, -0.25), 2)
    (plain,) = completions_in(answer, PLAIN, "x")
    assert (plain.text, plain.logprobs, plain.tokens) == (" lia.", (), 2)
    usage = usage_in(answer, "m", "x")
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (5, 2)


@pytest.mark.parametrize("answer", [OLLAMA, TRANSFORMERS_SERVE], ids=["ollama", "transformers serve"])
def test_servers_that_leave_them_out_are_told_on(answer: dict[str, Any]) -> None:
    assert completions_in(answer, PLAIN, "x")[0].text == " lia."
    with pytest.raises(BadAnswerError, match="left out the log-probabilities"):
        completions_in(answer, SCORED, "x")


def test_llama_cpp_counts_no_token_that_a_stop_ends_early() -> None:
    choice = {"text": "r", "finish_reason": "stop", "logprobs": None}
    answer = {"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    sampling = Sampling(stop=("e",), want_logprobs=True)
    (completion,) = completions_in(answer, sampling, "x")
    assert (completion.text, completion.logprobs) == ("r", ())
    answer["usage"] = {"prompt_tokens": 5, "completion_tokens": 2}
    with pytest.raises(BadAnswerError):
        completions_in(answer, sampling, "x")


def test_rounding_above_zero_is_zero() -> None:
    logprobs = {"tokens": ["a"], "token_logprobs": [1e-7]}
    answer = {"choices": [{"text": "a", "finish_reason": "stop", "logprobs": logprobs}]}
    assert completions_in(answer, SCORED, "x")[0].logprobs == (0.0,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "text", "logprobs", "content", "token", "data", "usage", "delta"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_an_answer_or_a_bad_answer(data: object) -> None:
    readers = (
        lambda: completions_in(data, SCORED, "x"),
        lambda: vectors_in(data, 1, "x"),
        lambda: model_names_in(data, "x"),
        lambda: chat_piece(data, "x"),
        lambda: usage_in(data, "m", "x"),
    )
    for read in readers:
        with suppress(BadAnswerError):
            read()

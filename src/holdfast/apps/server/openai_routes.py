"""OpenAI's protocol over whatever answers here: completions, chats, embeddings, models."""

import base64
import json
import struct
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Literal, cast

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.server.errors import Fault, FaultError, fault_of
from holdfast.apps.server.room import ERRORS, InRoom, Served
from holdfast.core.completions import Completion, Ending, Message, Sampling
from holdfast.core.errors import HoldfastError

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["OpenAI"], responses=ERRORS)

_PROMPTS = 512
_NO_TEMPERATURE = 1.0
"""OpenAI's, where a request does not say."""


class _Drawn(BaseModel):
    """What completions and chats have in common; what is not listed is not supported, and said so."""

    model_config = ConfigDict(extra="forbid")

    model: str = ""
    """One of those that `/v1/models` lists, or none for the first."""
    n: int = Field(default=1, ge=1, le=128)
    temperature: float | None = Field(default=None, ge=0, le=10)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1, le=65536)
    stop: str | list[str] | None = None
    seed: int | None = None
    stream: bool = False
    stream_options: dict[str, bool] | None = None
    """Clients ask for usage here; a stream tells none."""
    user: str | None = None
    """Taken and not looked at."""

    def sampling(self, *, count: int, want_logprobs: bool = False) -> Sampling:
        """How to draw `count` answers."""
        stop = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return Sampling(
            count=count,
            temperature=_NO_TEMPERATURE if self.temperature is None else self.temperature,
            top_p=1.0 if self.top_p is None else self.top_p,
            max_tokens=self.max_tokens or 128,
            stop=tuple(stop),
            seed=self.seed,
            want_logprobs=want_logprobs,
        )


class CompletionRequest(_Drawn):
    """Prompts to continue."""

    prompt: str | list[str]
    logprobs: int | None = Field(default=None, ge=0, le=20)
    """Those of the tokens drawn are given; alternatives are not."""


class Turn(BaseModel):
    """One turn of a chat."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str


class ChatRequest(_Drawn):
    """A chat to go on with."""

    messages: list[Turn] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=65536)


class EmbeddingsRequest(BaseModel):
    """Texts to encode."""

    model_config = ConfigDict(extra="forbid")

    input: str | list[str]
    model: str = ""
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = None
    spec: str | None = Field(default=None, max_length=100)
    """The digest that `/model_info` tells: vectors of another spec are refused."""


@router.get("/models", summary="The models here")
async def models(room: InRoom) -> dict[str, Any]:
    """All that can be named; the first answers where a request names none."""
    return {"object": "list", "data": [_described(one) for one in room.served]}


@router.get("/models/{name:path}", summary="A model")
async def model(name: str, room: InRoom) -> dict[str, Any]:
    """One of them."""
    return _described(room.named(name))


@router.post("/completions", summary="Completions", response_model=None)
async def completions(request: CompletionRequest, room: InRoom) -> dict[str, Any] | StreamingResponse:
    """Answers to each prompt, best first for the embedded proposers."""
    served = room.named(request.model)
    prompts = [request.prompt] if isinstance(request.prompt, str) else request.prompt
    if not prompts or len(prompts) > _PROMPTS:
        raise FaultError(Fault(400, "invalid_request", f"send 1 to {_PROMPTS} prompts", "prompt"))
    sampling = request.sampling(count=request.n, want_logprobs=request.logprobs is not None)
    answers = [one for prompt in prompts for one in await served.model.complete(prompt, sampling)]
    head = _head("cmpl", "text_completion", served)
    choices = [_choice(at, one) for at, one in enumerate(answers)]
    if request.stream:
        events = ({**head, "choices": [choice]} for choice in choices)
        return StreamingResponse(_sent(events), media_type="text/event-stream")
    return {**head, "choices": choices, "usage": _usage(answers)}


@router.post("/chat/completions", summary="Chats", response_model=None)
async def chats(request: ChatRequest, room: InRoom) -> dict[str, Any] | StreamingResponse:
    """The answer to a chat; streamed pieces come as the model writes them, and closing ends it."""
    served = room.named(request.model)
    if request.max_completion_tokens is not None:
        request.max_tokens = request.max_completion_tokens
    messages = [Message(turn.role, turn.content) for turn in request.messages]
    if request.stream:
        if request.n > 1:
            raise FaultError(Fault(400, "unsupported", "one chat is streamed at a time", "n"))
        return StreamingResponse(_streamed(messages, request, served), media_type="text/event-stream")
    said = []
    for at in range(request.n):
        sampling = request.sampling(count=1)
        if sampling.seed is not None:
            sampling = request.model_copy(update={"seed": sampling.seed + at}).sampling(count=1)
        said.append([piece async for piece in served.model.chat(messages, sampling)])
    choices = [
        {
            "index": at,
            "message": {"role": "assistant", "content": "".join(pieces)},
            "finish_reason": next((each.finished for each in pieces if isinstance(each, Ending)), "stop"),
        }
        for at, pieces in enumerate(said)
    ]
    return {**_head("chatcmpl", "chat.completion", served), "choices": choices, "usage": None}


@router.post("/embeddings", summary="Vectors")
async def embeddings(request: EmbeddingsRequest, room: InRoom) -> dict[str, Any]:
    """One vector a text; where one cannot be had, the request fails and says which."""
    served = room.named(request.model)
    digest = served.encoder.spec.digest()
    if request.spec is not None and request.spec != digest:
        raise FaultError(Fault(409, "other_spec", f"the vectors are of spec {digest}", "spec"))
    texts = [request.input] if isinstance(request.input, str) else request.input
    if not texts or len(texts) > _PROMPTS:
        raise FaultError(Fault(400, "invalid_request", f"send 1 to {_PROMPTS} texts", "input"))
    vectors = []
    for at, found in enumerate(await served.encoder.encode(texts)):
        if isinstance(found, HoldfastError):
            fault = fault_of(found)
            raise FaultError(Fault(fault.status, fault.code, fault.message, f"input.{at}"))
        vectors.append(found)
    data = [
        {"object": "embedding", "index": at, "embedding": _packed(vector, request.encoding_format)}
        for at, vector in enumerate(vectors)
    ]
    return {
        "object": "list",
        "data": data,
        "model": served.model.name,
        "spec": digest,
        "usage": None,
    }


def _described(one: Served) -> dict[str, Any]:
    return {"id": one.model.name, "object": "model", "created": 0, "owned_by": "holdfast"}


def _head(prefix: str, kind: str, served: Served) -> dict[str, Any]:
    number = f"{prefix}-{uuid.uuid4().hex}"
    return {"id": number, "object": kind, "created": int(time.time()), "model": served.model.name}


def _usage(answers: Sequence[Completion]) -> dict[str, int] | None:
    """What was generated, where all answers say so; how long prompts are in tokens, no model here says."""
    if not all(one.tokens for one in answers):
        return None
    return {"completion_tokens": sum(one.tokens for one in answers)}


def _choice(at: int, one: Completion) -> dict[str, Any]:
    logprobs = None
    if one.logprobs:
        tokens = [one.text] if len(one.logprobs) == 1 else None
        logprobs = {
            "tokens": tokens,
            "token_logprobs": list(one.logprobs),
            "top_logprobs": None,
            "text_offset": None,
        }
    return {"index": at, "text": one.text, "finish_reason": one.finished, "logprobs": logprobs}


def _packed(vector: Sequence[float], form: Literal["float", "base64"]) -> list[float] | str:
    if form == "float":
        return list(vector)
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


async def _sent(events: Any) -> AsyncIterator[bytes]:  # noqa: ANN401 - any JSON
    for event in events:
        yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
    yield b"data: [DONE]\n\n"


async def _streamed(
    messages: Sequence[Message], request: ChatRequest, served: Served
) -> AsyncIterator[bytes]:
    head = _head("chatcmpl", "chat.completion.chunk", served)

    def chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n".encode()

    pieces = cast("AsyncGenerator[str, None]", served.model.chat(messages, request.sampling(count=1)))
    yield chunk({"role": "assistant", "content": ""})
    finished = "stop"
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                if isinstance(piece, Ending):
                    finished = piece.finished
                else:
                    yield chunk({"content": piece})
    except (HoldfastError, FaultError) as error:
        yield f"data: {json.dumps(fault_of(error).body().model_dump())}\n\n".encode()
        return
    yield chunk({}, finished)
    yield b"data: [DONE]\n\n"

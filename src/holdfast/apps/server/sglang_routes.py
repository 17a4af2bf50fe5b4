"""SGLang's own protocol over whatever answers here: `/generate`, `/encode`, and what tells of the server."""

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.server.errors import Fault, FaultError, fault_of
from holdfast.apps.server.room import ERRORS, InRoom, Room
from holdfast.core.completions import Completion, Sampling
from holdfast.core.errors import HoldfastError

__all__ = ["router"]

router = APIRouter(tags=["SGLang"], responses=ERRORS)

_PROMPTS = 512


class SamplingParams(BaseModel):
    """How answers are drawn; what is not listed is not supported, and said so."""

    model_config = ConfigDict(extra="forbid")

    max_new_tokens: int = Field(default=128, ge=1, le=65536)
    temperature: float = Field(default=1.0, ge=0, le=10)
    top_p: float = Field(default=1.0, gt=0, le=1)
    stop: str | list[str] | None = None
    n: int = Field(default=1, ge=1, le=128)
    sampling_seed: int | None = None


class GenerateRequest(BaseModel):
    """One prompt or several."""

    model_config = ConfigDict(extra="forbid")

    text: str | list[str]
    sampling_params: SamplingParams | list[SamplingParams] = SamplingParams()
    return_logprob: bool = False
    return_hidden_states: bool = False
    stream: bool = False


class EncodeRequest(BaseModel):
    """Texts to encode. With `hidden_size` or `spec`, it is checked that the vectors are what is expected."""

    model_config = ConfigDict(extra="forbid")

    text: str | list[str]
    hidden_size: int | None = Field(default=None, ge=1)
    """Clients that send it read `embeddings` for several texts; others read a list as SGLang sends it."""
    spec: str | None = Field(default=None, max_length=100)
    """The digest that `/model_info` tells."""


@router.post("/generate", summary="Completions as SGLang gives them")
async def generate(request: GenerateRequest, room: InRoom) -> Any:  # noqa: ANN401 - an object or a list
    """Answers to each prompt; prompts that are the same get different answers, best first."""
    if request.return_hidden_states:
        raise FaultError(Fault(501, "unsupported", "hidden states are not given", "return_hidden_states"))
    if request.stream:
        return StreamingResponse(_stream(request, room), media_type="text/event-stream")
    return await _generated(request, room)


@router.post("/encode", summary="Vectors as SGLang and its companions give them")
async def encode(request: EncodeRequest, room: InRoom) -> dict[str, Any] | list[dict[str, Any]]:
    """One vector a text; where it cannot be had, `null` and the error, behind it or in `errors`."""
    encoder = room.encoder
    if request.spec is not None and request.spec != encoder.spec.digest():
        text = f"the vectors are of spec {encoder.spec.digest()}, not {request.spec}"
        raise FaultError(Fault(409, "other_spec", text, "spec"))
    single = isinstance(request.text, str)
    texts = [request.text] if isinstance(request.text, str) else request.text
    if not texts or len(texts) > _PROMPTS:
        raise FaultError(Fault(400, "invalid_request", f"send 1 to {_PROMPTS} texts", "text"))
    found = await encoder.encode(texts)
    _check_size(request, encoder.dimension)
    if single:
        if isinstance(found[0], HoldfastError):
            raise found[0]
        return {"embedding": list(found[0])}
    if request.hidden_size is not None:
        return _companions(found)
    return [_item(one) for one in found]


@router.get("/model_info", summary="What answers here")
@router.get("/get_model_info", include_in_schema=False)
async def model_info(room: InRoom) -> dict[str, Any]:
    """The model and how vectors are made."""
    spec = room.encoder.spec
    return {
        "model_path": room.model.name,
        "is_generation": True,
        "hidden_size": room.encoder.dimension,
        "encode_spec": {
            "version": spec.version,
            "model": spec.model,
            "layer": spec.layer,
            "pooling": spec.pooling,
            "normalised": spec.normalised,
            "text": spec.text,
            "digest": spec.digest(),
        },
    }


def _check_size(request: EncodeRequest, dimension: int | None) -> None:
    if request.hidden_size is not None and dimension is not None and request.hidden_size != dimension:
        text = f"the vectors have {dimension} numbers, not {request.hidden_size}"
        raise FaultError(Fault(409, "other_spec", text, "hidden_size"))


def _companions(found: Sequence[Any]) -> dict[str, Any]:
    errors = [
        {"index": at} | fault_of(one).body().model_dump()
        for at, one in enumerate(found)
        if isinstance(one, HoldfastError)
    ]
    vectors = [None if isinstance(one, HoldfastError) else list(one) for one in found]
    return {"embeddings": vectors} | ({"errors": errors} if errors else {})


def _item(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a vector or an error
    if isinstance(one, HoldfastError):
        return {"embedding": None} | fault_of(one).body().model_dump()
    return {"embedding": list(one)}


async def _generated(request: GenerateRequest, room: Room) -> Any:  # noqa: ANN401 - an object or a list
    prompts = [request.text] if isinstance(request.text, str) else request.text
    params = request.sampling_params
    each = params if isinstance(params, list) else [params] * len(prompts)
    if not prompts or len(prompts) > _PROMPTS or len(each) != len(prompts):
        text = f"send 1 to {_PROMPTS} prompts, with sampling_params for all of them or for each"
        raise FaultError(Fault(400, "invalid_request", text, "text"))
    items: list[dict[str, Any]] = [{}] * len(prompts)
    groups: dict[tuple[str, str], list[int]] = {}
    for at, (prompt, one) in enumerate(zip(prompts, each, strict=True)):
        groups.setdefault((prompt, one.model_dump_json(exclude={"sampling_seed"})), []).append(at)
    many: dict[int, list[dict[str, Any]]] = {}
    for (prompt, _), places in groups.items():
        sampling = _sampling(each[places[0]], len(places), want_logprobs=request.return_logprob)
        answers = list(await room.model.complete(prompt, sampling))
        per_place = len(answers) // len(places)
        for number, at in enumerate(places):
            many[at] = [_answer(one) for one in answers[number * per_place : (number + 1) * per_place]]
            items[at] = many[at][0]
    if isinstance(request.text, str) and len(many[0]) == 1:
        return items[0]
    return [item for at in range(len(prompts)) for item in many[at]]


def _sampling(params: SamplingParams, places: int, *, want_logprobs: bool) -> Sampling:
    stop = [params.stop] if isinstance(params.stop, str) else params.stop or []
    return Sampling(
        count=places * params.n,
        temperature=params.temperature,
        top_p=params.top_p,
        max_tokens=params.max_new_tokens,
        stop=tuple(stop),
        seed=params.sampling_seed,
        want_logprobs=want_logprobs,
    )


def _answer(one: Completion) -> dict[str, Any]:
    finish: dict[str, Any] = {"type": one.finished}
    if one.finished == "length":
        finish["length"] = one.tokens
    meta: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "finish_reason": finish,
    }
    if one.tokens:
        meta["completion_tokens"] = one.tokens
    if one.logprobs:
        meta["output_token_logprobs"] = [[logprob, None, None] for logprob in one.logprobs]
    return {"text": one.text, "meta_info": meta}


async def _stream(request: GenerateRequest, room: Room) -> AsyncIterator[bytes]:
    try:
        data = await _generated(request, room)
        for item in data if isinstance(data, list) else [data]:
            yield f"data: {json.dumps(item, ensure_ascii=False)}\n\n".encode()
    except (HoldfastError, FaultError) as error:
        yield f"data: {json.dumps(fault_of(error).body().model_dump())}\n\n".encode()
    yield b"data: [DONE]\n\n"

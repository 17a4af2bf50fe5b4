"""What OpenAI-compatible servers answer, read strictly: nothing that was asked for may be missing.

Servers differ. Log-probabilities of completions come in the legacy shape (`token_logprobs`: OpenAI, vLLM,
SGLang, llama-cpp-python) or in that of chats (`content`: llama.cpp's own server); some servers leave them out
without a word, or give one answer where several were asked for.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from holdfast.core.completions import Completion, Sampling
from holdfast.core.errors import BadAnswerError
from holdfast.models.usage import Usage

__all__ = [
    "chat_piece",
    "completion_in",
    "completions_in",
    "logprobs_in",
    "model_names_in",
    "usage_in",
    "vectors_in",
]

_ROUNDING = 1e-3
"""How far above 0 a log-probability may be by rounding."""


class _Legacy(BaseModel):
    tokens: list[str] | None = None
    token_logprobs: list[float | None]


class _Token(BaseModel):
    token: str
    logprob: float | None


class _Content(BaseModel):
    content: list[_Token]


class _Choice(BaseModel):
    text: str
    finish_reason: str | None
    logprobs: _Legacy | _Content | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Answer(BaseModel):
    choices: list[_Choice]
    usage: _Usage | None = None


class _Vector(BaseModel):
    index: int | None = None
    embedding: list[float]


class _Vectors(BaseModel):
    data: list[_Vector]


class _Named(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Named]


class _Delta(BaseModel):
    content: str | None = None


class _Piece(BaseModel):
    delta: _Delta
    finish_reason: str | None = None


class _Chunk(BaseModel):
    choices: list[_Piece]


M = TypeVar("M", bound=BaseModel)


def _read(model: type[M], data: Any, place: str) -> M:  # noqa: ANN401 - any JSON
    if isinstance(data, dict) and data.get("error") is not None:
        raise BadAnswerError(f"{place} answered with an error although it said that all is well")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadAnswerError(
            f"{place} answered in a form that is not OpenAI's ({where}: {first['msg'].lower()})"
        ) from error


def completions_in(data: Any, sampling: Sampling, place: str) -> list[Completion]:  # noqa: ANN401 - any JSON
    """The answers to a completion request: perhaps fewer than were asked for, never more, each as asked for.

    Raises BadAnswerError.
    """
    answer = _read(_Answer, data, place)
    if not answer.choices:
        raise BadAnswerError(f"{place} gave no answer at all")
    alone = answer.usage.completion_tokens if answer.usage and len(answer.choices) == 1 else 0
    return [_completion(choice, sampling, alone, place) for choice in answer.choices[: sampling.count]]


def _completion(choice: _Choice, sampling: Sampling, counted: int, place: str) -> Completion:
    tokens, logprobs = _tokens(choice.logprobs)
    return completion_in(
        choice.text,
        tokens=tokens,
        logprobs=logprobs,
        reason=choice.finish_reason,
        counted=counted,
        sampling=sampling,
        place=place,
    )


def _tokens(given: _Legacy | _Content | None) -> tuple[Sequence[str] | None, Sequence[float | None] | None]:
    match given:
        case None:
            return None, None
        case _Legacy():
            return given.tokens, given.token_logprobs
        case _Content():
            return [each.token for each in given.content], [each.logprob for each in given.content]


def completion_in(
    text: str,
    *,
    tokens: Sequence[str] | None,
    logprobs: Sequence[float | None] | None,
    reason: str | None,
    counted: int,
    sampling: Sampling,
    place: str,
) -> Completion:
    """One answer, as asked for. Raises BadAnswerError where something is missing or makes no sense.

    Args:
        text: what was generated.
        tokens: its tokens as text, None where the server does not say.
        logprobs: theirs, None where the server gives none.
        reason: why it ended, in the server's word.
        counted: how many tokens the server says it has, 0 for unknown.
        sampling: what was asked for.
        place: who answered, for messages.
    """
    finished = _finished(reason, place)
    known = logprobs_in(logprobs, place) if sampling.want_logprobs else ()
    # llama.cpp counts no token that a stop ends early, and says nothing at all where it was the only one.
    cut_short = bool(sampling.stop) and finished == "stop" and (logprobs is not None or counted == 1)
    if sampling.want_logprobs and text and not (known or cut_short):
        raise BadAnswerError(
            f"{place} left out the log-probabilities that were asked for: rank by votes (?scores=votes)"
        )
    cut = _first_stop(text, sampling.stop)
    if cut is not None:
        # The server does not know these stops, or counts them as part of the text.
        known = known[: _tokens_before(cut, tokens)]
        text, finished = text[:cut], "stop"
    return Completion(text, known, finished, len(known) or counted)


def logprobs_in(found: Sequence[float | None] | None, place: str) -> tuple[float, ...]:
    """Log-probabilities of tokens. Raises BadAnswerError where one is missing, no number, or above 0."""
    checked = []
    for each in found or ():
        if each is None or not math.isfinite(each) or each > _ROUNDING:
            raise BadAnswerError(
                f"{place} gave {each} as the logarithm of a probability: its model is broken"
            )
        checked.append(min(each, 0.0))
    return tuple(checked)


def _finished(reason: str | None, place: str) -> Literal["stop", "length"]:
    match reason:
        case "stop" | "eos" | "eos_token" | "stop_sequence":
            return "stop"
        case "length" | "max_tokens":
            return "length"
        case None:
            raise BadAnswerError(f"{place} broke off: it does not say why its answer ends")
        case _:
            raise BadAnswerError(f"{place} ended its answer early, as it says for the reason {reason[:40]!r}")


def _first_stop(text: str, stops: Iterable[str]) -> int | None:
    places = [at for stop in stops if stop and (at := text.find(stop)) >= 0]
    return min(places, default=None)


def _tokens_before(cut: int, tokens: Sequence[str] | None) -> int | None:
    """How many tokens begin before a place of the text, None where that is not known."""
    if tokens is None:
        return None
    length = 0
    for at, token in enumerate(tokens):
        if length >= cut:
            return max(at, 1)
        length += len(token)
    return None


def usage_in(data: Any, model: str, place: str) -> Usage | None:  # noqa: ANN401 - any JSON
    """What a request used, None where the server does not say."""
    if not isinstance(data, dict) or not isinstance(data.get("usage"), dict):
        return None
    used = _read(_Usage, {key: value or 0 for key, value in data["usage"].items()}, place)
    return Usage(model=model, prompt_tokens=used.prompt_tokens, completion_tokens=used.completion_tokens)


def vectors_in(data: Any, count: int, place: str) -> list[tuple[float, ...]]:  # noqa: ANN401 - any JSON
    """`count` embeddings, in the order of the texts. Raises BadAnswerError on zeros, too."""
    found = _read(_Vectors, data, place).data
    if len(found) != count:
        raise BadAnswerError(f"{place} gave {len(found)} vectors for {count} texts")
    if all(each.index is not None for each in found):
        found.sort(key=lambda each: each.index or 0)
    return [check_vector(each.embedding, place) for each in found]


def check_vector(vector: Sequence[float], place: str) -> tuple[float, ...]:
    """The vector. Raises BadAnswerError where it is empty, all zeros or holds something that is no number."""
    if not vector or not all(map(math.isfinite, vector)) or not any(vector):
        raise BadAnswerError(f"{place} gave a vector of zeros, or not of numbers")
    return tuple(vector)


def chat_piece(data: Any, place: str) -> tuple[str, str | None]:  # noqa: ANN401 - any JSON
    """The text of one event of a chat stream, and why the answer ends where it does here."""
    choices = _read(_Chunk, data, place).choices
    if not choices:
        return "", None  # some servers send their usage last, on its own
    reason = choices[0].finish_reason
    if reason is not None:
        _finished(reason, place)
    return choices[0].delta.content or "", reason


def model_names_in(data: Any, place: str) -> tuple[str, ...]:  # noqa: ANN401 - any JSON
    """The models that a server has."""
    return tuple(each.id for each in _read(_Models, data, place).data)

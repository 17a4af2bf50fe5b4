"""What a server's refusal means: from its status, and from its words where a status means many things."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from holdfast.core.errors import (
    ContextTooLongError,
    ModelBusyError,
    ModelError,
    ModelKeyError,
    ModelLoadingError,
    ModelUnreachableError,
    UnknownModelError,
    UnsupportedError,
)

__all__ = ["code_in", "message_in", "refusal"]

_EXCERPT = 1000
_LONGEST_WAIT_S = 3600.0
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|size|window)|maximum context|too many tokens|prompt is too long|n_ctx|"
    r"longer than the (?:model|maximum)|input.{0,40}(?:exceed|too long)",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model.{0,80}(?:not (?:exist|found)|does ?n[o']t exist|unknown|no such)|model_not_found", re.IGNORECASE
)
_LOADING = re.compile(r"\bloading\b|not ready|warming up", re.IGNORECASE)
_CANNOT = re.compile(r"not support|unsupported|not implemented|does not implement|disabled", re.IGNORECASE)


def message_in(text: str) -> str:
    """What the body of a refusal says for people, empty for a web page; servers agree on little."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.lstrip()[:1] == "<" else text[:_EXCERPT]
    for key in ("error", "message", "detail", "msg"):
        while isinstance(found, dict) and key in found:
            found = found[key]
    return found if isinstance(found, str) else json.dumps(found)[:_EXCERPT]


def code_in(text: str) -> str:
    """The words by which a refusal says for programs what it is, empty where it has none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    inner = found.get("error") if isinstance(found, dict) else None
    told = inner if isinstance(inner, dict) else found
    if not isinstance(told, dict):
        return ""
    return " ".join(str(told[key]) for key in ("code", "type") if isinstance(told.get(key), str))


def refusal(
    status: int, said: str, place: str, headers: Mapping[str, str], *, key_variable: str, code: str = ""
) -> ModelError:
    """The error that a status of 300 or more stands for; `said` was freed of keys already.

    `key_variable` is where the user is told to put a key, `code` what `code_in` found.
    """
    quoted = f" ({said})" if said else ""
    hint = f"{said} {code}"
    if status >= 500:
        return _failure(status, said, place, _retry_after(headers))
    if status in {401, 403}:
        return ModelKeyError(f"{place} wants a key, or refuses the one it got{quoted}: set {key_variable}")
    if status == 429:
        wait_s = _retry_after(headers)
        return ModelBusyError(f"{place} allows no more requests for now{quoted}", retry_after_s=wait_s)
    if status == 413 or _TOO_LONG.search(hint):
        return ContextTooLongError(f"{place} finds the prompt too long{quoted}: shorten it")
    if _NO_MODEL.search(hint):
        return UnknownModelError(f"{place} has no such model{quoted}: name one that it has")
    return _odd(status, said, place)


def _odd(status: int, said: str, place: str) -> ModelError:
    quoted = f" ({said})" if said else ""
    if status in {404, 405}:
        return UnsupportedError(f"{place} does not offer this{quoted}: is the address right? Many end in /v1")
    if status >= 400:
        return UnsupportedError(f"{place} refuses the request with status {status}{quoted}")
    return UnsupportedError(f"{place} sends elsewhere (status {status}): name the address that it sends to")


def _failure(status: int, said: str, place: str, wait_s: float | None) -> ModelError:
    quoted = f" ({said})" if said else ""
    if status == 501 or _CANNOT.search(said):
        return UnsupportedError(f"{place} cannot do this{quoted}: start it with what that needs")
    if status == 503 and _LOADING.search(said):
        return ModelLoadingError(f"{place} is loading its model{quoted}: try again later")
    if _TOO_LONG.search(said):
        return ContextTooLongError(f"{place} finds the prompt too long{quoted}: shorten it")
    if status in {502, 503, 504}:
        return ModelBusyError(f"{place} has too much to do{quoted}", retry_after_s=wait_s)
    return ModelUnreachableError(f"{place} failed with status {status}{quoted}")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, also where a date is given, counted by the server's own clock; an hour at most is believed."""
    told = headers.get("retry-after", "")
    try:
        seconds = float(told)
    except ValueError:
        then, now = _date(told), _date(headers.get("date", ""))
        if then is None or now is None:
            return None
        seconds = (then - now).total_seconds()
    return min(seconds, _LONGEST_WAIT_S) if seconds >= 0 else None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None

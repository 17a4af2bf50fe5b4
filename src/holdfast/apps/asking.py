"""Asks a `holdfast serve` for those who cannot speak HTTP, such as a tactic: one record in, one record out.

The other side is `editors/lean/Holdfast/Ask.lean`; both have to know the same fields.
"""

import asyncio
from typing import Annotated, Any

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["PROTOCOL", "Answer", "answer_line"]

PROTOCOL = 1
"""Raised when a field gets another meaning."""
_LIMIT_S = 60.0
_PAUSE_S = 0.2
_OLD = "what asks and this holdfast are not of the same version: update both"


class _Accepted(BaseModel):
    """A suggestion of an earlier answer that was taken since."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    suggestion: str


class _Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    goals: tuple[str, ...]
    """As Lean prints them, the one to work on first."""
    start: str = ""
    """What every suggestion begins with."""
    count: Annotated[int, Field(ge=1, le=200)] = 10
    accepted: tuple[_Accepted, ...] = ()


class Answer(BaseModel):
    """What is answered; every field is always there."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    """What a suggestion is reported under."""
    suggestions: tuple[str, ...] = ()
    """Likeliest first; none of them was tried."""
    notes: tuple[str, ...] = ()
    error: str = ""
    """One sentence on why there is no answer; empty where there is one."""


class _NoAnswerError(Exception):
    """Carries the sentence that is shown."""


async def answer_line(line: bytes, server: str, token: str | None) -> Answer:
    """The answer of the server at address `server` to a question in JSON; never raises for what is asked."""
    try:
        question = _read(line)
        async with asyncio.timeout(_LIMIT_S):
            return await _asked(question, server, token)
    except _NoAnswerError as error:
        return Answer(error=str(error))
    except TimeoutError:
        return Answer(error=f"holdfast serve at {server} gave no answer in {_LIMIT_S:g} s")
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return Answer(error=f"HOLDFAST_SERVER is no address: {server}; write it as http://127.0.0.1:6000")
    except httpx2.TransportError:
        return Answer(error=f"nothing answers at {server}: start `holdfast serve`, or set HOLDFAST_SERVER")


def _read(line: bytes) -> _Question:
    try:
        question = _Question.model_validate_json(line)
    except ValidationError:
        raise _NoAnswerError(_OLD) from None
    if question.version != PROTOCOL:
        raise _NoAnswerError(_OLD)
    return question


async def _asked(question: _Question, server: str, token: str | None) -> Answer:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=server, headers=headers, timeout=None) as http:
        notes = [note for each in question.accepted if (note := await _reported(http, each))]
        body = {
            "tactic_state": "\n\n".join(question.goals),
            "language": "lean",
            "prefix": question.start,
            "count": question.count,
            "check": False,
        }
        found = await _posted(http, "/v1/suggest", body)
        try:
            texts = tuple(str(each["text"]) for each in found["suggestions"])
            said = [str(note) for note in found["notes"]]
            return Answer(id=str(found["id"]), suggestions=texts, notes=(*notes, *said))
        except (KeyError, TypeError):
            raise _NoAnswerError(_OLD) from None


async def _reported(http: httpx2.AsyncClient, accepted: _Accepted) -> str:
    """Tell the server what was taken; where it refuses, the sentence to show."""
    body = {"id": accepted.id, "suggestion": accepted.suggestion, "accepted": True}
    try:
        await _posted(http, "/v1/feedback", body)
    except _NoAnswerError as error:
        return f"what was taken could not be reported: {error}"
    return ""


async def _posted(http: httpx2.AsyncClient, path: str, body: object) -> Any:  # noqa: ANN401
    """The body of the answer, waiting while the server loads."""
    while True:
        reply = await http.post(path, json=body)
        try:
            data = reply.json()
            if reply.status_code == 200:
                return data
            message, code = str(data["error"]["message"]), data["error"]["code"]
        except (ValueError, KeyError, TypeError):
            message, code = "", "not_found"
        if code in {"not_found", "method_not_allowed"}:
            raise _NoAnswerError(f"what answers at {http.base_url} is no holdfast serve of this version")
        if code not in {"loading", "model_loading"}:
            raise _NoAnswerError(message)
        await asyncio.sleep(_PAUSE_S)

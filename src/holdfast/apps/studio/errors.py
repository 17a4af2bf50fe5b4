"""What went wrong, as a status code and the one shape that every error of the app has."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import Match

from holdfast.apps.server.errors import FaultError as ServerFaultError
from holdfast.apps.server.errors import fault_of as server_fault_of
from holdfast.core import errors

__all__ = [
    "ERRORS",
    "ConflictError",
    "ErrorBody",
    "Fault",
    "FaultError",
    "NotFoundError",
    "TooManyError",
    "add_handlers",
    "fault_of",
    "response_of",
]

_LOG = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    """The body of every answer that is an error."""

    model_config = ConfigDict(frozen=True)

    code: str
    """A word that programs can tell errors apart by."""
    message: str
    """One sentence that names the cause."""
    hint: str | None
    """What helps, where that is known."""
    job: str | None
    """The job that the error is about."""


ERRORS: dict[int | str, dict[str, object]] = {"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}}
"""For the description of every route."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as it is answered."""

    status: int
    code: str
    message: str
    hint: str | None = None
    job: str | None = None
    retry_after_s: float | None = None

    def body(self) -> ErrorBody:
        """The body to send."""
        return ErrorBody(code=self.code, message=self.message, hint=self.hint, job=self.job)


class FaultError(Exception):
    """Ends a request with a fault."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        self.fault = fault
        super().__init__(fault.message)


class NotFoundError(errors.UserError):
    """There is nothing of that name, or it is somebody else's: the two look the same from outside."""


class ConflictError(errors.UserError):
    """It was changed meanwhile; nothing was written."""


class TooManyError(errors.UserError):
    """More was asked for than one user may have at once; nothing was begun."""


_OF_OURS: tuple[tuple[type[errors.HoldfastError], int, str, str | None], ...] = (
    (NotFoundError, 404, "not_found", None),
    (ConflictError, 409, "conflict", "load it again, and decide"),
    (TooManyError, 429, "too_many", "wait for what is under way, or stop it"),
    (errors.ModelKeyError, 502, "model_key", "set the key in the environment of the server"),
    (errors.UnknownModelError, 404, "model_not_found", "GET /v1/models says which there are"),
    (errors.ContextTooLongError, 413, "too_long", "shorten the request, or choose another model"),
    (errors.ModelBusyError, 429, "model_busy", "try again later"),
    (errors.ModelLoadingError, 503, "model_loading", "try again when the model is loaded"),
    (errors.ModelError, 502, "model_failed", "try again, or choose another model"),
    (errors.CheckerTimeoutError, 504, "timed_out", "ask for less, or raise the limit"),
    (errors.StorageError, 503, "storage", None),
    (errors.SandboxUnavailableError, 503, "no_sandbox", None),
    (errors.MissingToolError, 503, "tool_missing", None),
    (errors.InfrastructureError, 503, "no_verdict", "try again"),
    (errors.UserError, 400, "cannot_be_done", None),
)
_RETRY_S = 2.0
_LONG = 1000
"""What may be this long is a text: one that is longer is too large, and not another kind of thing."""


def fault_of(error: BaseException) -> Fault:
    """The fault behind an error; what is no error of ours is told as a bug, without its words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, FaultError):
        return error.fault
    for kind, status, code, hint in _OF_OURS:
        if isinstance(error, kind):
            return Fault(status, code, str(error), hint, retry_after_s=_retry(error, status))
    if isinstance(error, TimeoutError):
        return Fault(504, "timed_out", "it took too long", "ask for less, or raise the limit")
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    found = server_fault_of(error)
    if found.code == "bug":
        _LOG.error("a bug", exc_info=error)
    return Fault(found.status, found.code, found.message, retry_after_s=found.retry_after_s)


def _retry(error: BaseException, status: int) -> float | None:
    wish = error.retry_after_s if isinstance(error, errors.ModelBusyError) else None
    return (wish or _RETRY_S) if status in {429, 503} else None


def _of_validation(error: RequestValidationError) -> Fault:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    match first["type"]:
        case "json_invalid":
            return Fault(400, "not_json", "the body is not JSON")
        case "string_too_long" | "too_long" if first.get("ctx", {}).get("max_length", 0) >= _LONG:
            return Fault(413, "too_long", f"{place}: {first['msg']}", "send less")
        case _:
            return Fault(422, "invalid", f"{place}: {first['msg']}", "/openapi.json says what is expected")


def response_of(error: BaseException, *, job: str | None = None) -> JSONResponse:
    """The answer to a request that failed."""
    fault = fault_of(error)
    if job is not None:
        fault = replace(fault, job=job)
    headers = {}
    if fault.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(fault.retry_after_s)))
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(fault.body().model_dump(), fault.status, headers)


def _methods(request: Request) -> Iterator[str]:
    """The methods that there are for the path, of all routes."""
    # A path that is written out, such as that of an export, hides those in which a part stands for anything.
    described = request.app.openapi()["paths"].get(request.scope["path"])
    if described is not None:
        yield from sorted(method.upper() for method in described)
        return
    for method in ("DELETE", "GET", "PATCH", "POST", "PUT"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            yield method


_Handler: TypeAlias = Callable[[Request, Exception], Awaitable[JSONResponse]]


def add_handlers(app: FastAPI) -> None:
    """Have every error answered in the one shape."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        found = response_of(error)
        if found.status_code == 405:
            found.headers["Allow"] = ", ".join(_methods(request))
        return found

    kinds: tuple[type[Exception], ...] = (
        FaultError, ServerFaultError, errors.HoldfastError, RequestValidationError, HTTPException, Exception,
    )  # fmt: skip
    for kind in kinds:
        app.add_exception_handler(kind, answer)

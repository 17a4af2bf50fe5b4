"""What went wrong, as a status code and the one shape that every error has here.

The shape is that of OpenAI's servers, so that clients written for those show the message.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from holdfast.apps.problems import Reason, problem_of
from holdfast.core import errors

__all__ = ["ErrorBody", "ErrorDetail", "Fault", "FaultError", "add_handlers", "fault_of", "response_of"]


class ErrorDetail(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(frozen=True)

    message: str
    """One sentence that names cause and cure."""
    type: str
    """Whose fault it is: `invalid_request_error`, `authentication_error` or `server_error`."""
    code: str
    """A word that programs can tell errors apart by."""
    param: str | None = None
    """The field of the request that is at fault, where one is."""


class ErrorBody(BaseModel):
    """The body of every answer that is an error."""

    model_config = ConfigDict(frozen=True)

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as it is answered."""

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after_s: float | None = None

    def body(self) -> ErrorBody:
        """The body to send."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        if self.status in {401, 403}:
            kind = "authentication_error"
        detail = ErrorDetail(message=self.message, type=kind, code=self.code, param=self.param)
        return ErrorBody(error=detail)


class FaultError(Exception):
    """Ends a request with a fault."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        self.fault = fault
        super().__init__(fault.message)


_OF_MODELS: tuple[tuple[type[errors.ModelError], int, str], ...] = (
    (errors.ContextTooLongError, 400, "context_length_exceeded"),
    (errors.UnknownModelError, 404, "model_not_found"),
    (errors.UnsupportedError, 501, "unsupported"),
    (errors.ModelBusyError, 503, "model_busy"),
    (errors.ModelLoadingError, 503, "model_loading"),
)
"""What clients of models tell apart, and nobody else has to."""
_STATUSES: Mapping[Reason, int] = {
    Reason.NO_GOAL: 422,
    Reason.NO_SUCH_PLACE: 422,
    Reason.NOT_ACCEPTED: 422,
    Reason.WRONG_REQUEST: 400,
    Reason.CANNOT_BE_DONE: 422,
    Reason.TIMED_OUT: 503,
    Reason.NO_VERDICT: 503,
    Reason.TOOL_MISSING: 503,
    Reason.NO_SANDBOX: 503,
    Reason.MODEL_FAILED: 502,
    Reason.STORAGE_FAILED: 507,
    Reason.BUG: 500,
}
_RETRY_S = 1.0


def fault_of(error: BaseException) -> Fault:
    """The fault behind an error; what is no error of ours is told as a bug, without its words."""
    if isinstance(error, FaultError):
        return error.fault
    if isinstance(error, errors.HoldfastError):
        return _of_ours(error)
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        codes = {404: "not_found", 405: "method_not_allowed", 400: "not_readable"}
        return Fault(error.status_code, codes.get(error.status_code, "http"), str(error.detail))
    if isinstance(error, RecursionError):
        return Fault(400, "not_readable", "the body is nested too deeply")
    name = type(error).__name__
    return Fault(500, "bug", f"this is a bug in holdfast ({name}); its log says more")


def _of_ours(error: errors.HoldfastError) -> Fault:
    problem = problem_of(error)
    status, code = _STATUSES[problem.reason], problem.reason.value
    for kind, its_status, its_code in _OF_MODELS:
        if isinstance(error, kind):
            status, code = its_status, its_code
            break
    wish = error.retry_after_s if isinstance(error, errors.ModelBusyError) else None
    retry_after_s = (wish or _RETRY_S) if status == 503 else None
    return Fault(status, code, problem.message, retry_after_s=retry_after_s)


def _of_validation(error: RequestValidationError) -> Fault:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in {"body", "query"}]
    param = ".".join(place) or None
    if first["type"] == "json_invalid":
        return Fault(400, "not_json", "the body is not JSON")
    where = f"{param}: " if param else "the body: "
    return Fault(400, "invalid_request", f"{where}{first['msg']}", param)


def response_of(error: BaseException) -> JSONResponse:
    """The answer to a request that failed."""
    fault = fault_of(error)
    headers = {}
    if fault.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(fault.retry_after_s)))
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(fault.body().model_dump(), fault.status, headers)


_Handler: TypeAlias = Callable[[Request, Exception], Awaitable[JSONResponse]]


def add_handlers(app: FastAPI) -> None:
    """Have every error answered in the one shape."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        del request
        return response_of(error)

    kinds: tuple[type[Exception], ...] = (
        FaultError, errors.HoldfastError, RequestValidationError, HTTPException, Exception,
    )  # fmt: skip
    for kind in kinds:
        app.add_exception_handler(kind, answer)

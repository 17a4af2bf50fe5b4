"""How a server is asked: few requests at a time, again after a while, and none while it is down."""

import time
from asyncio import Semaphore
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import stamina

from holdfast.core.errors import ModelBusyError, ModelError, ModelLoadingError, ModelUnreachableError

__all__ = ["Patience", "PatienceSettings"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceSettings:
    """Limits; times in seconds."""

    concurrency: int = 16
    """How many requests may be under way at once."""
    attempts: int = 4
    """How often one request is sent in all."""
    first_wait_s: float = 0.5
    """The pause before the second attempt; it doubles each time, and a random part is added."""
    longest_wait_s: float = 20.0
    longest_retry_after_s: float = 60.0
    """A server that wants to be left alone for longer is not waited for: the error says how long."""
    failures: int = 5
    """After so many failures in a row the server is taken to be down."""
    pause_s: float = 30.0
    """How long it is then left alone before one request tries it again."""


class Patience:
    """What all calls of one server share.

    Only failures of the server and of the way to it count as failures: a wrong key, an unknown model or a
    prompt that is too long are neither retried nor held against it.
    """

    def __init__(
        self, settings: PatienceSettings | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin with a server that is well."""
        self._settings = settings or PatienceSettings()
        self._clock = clock
        self._slots = Semaphore(self._settings.concurrency)
        self._failures = 0
        self._closed_until = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait until one of the requests that may be under way at once is free."""
        async with self._slots:
            yield

    async def call(self, what: Callable[[], Awaitable[T]]) -> T:
        """The result of `what`, tried again where that may help.

        Raises what `what` raises last, and ModelUnreachableError without trying while the server is down.
        """
        settings = self._settings
        async for attempt in stamina.retry_context(
            on=self._worth_another,
            attempts=settings.attempts,
            timeout=None,
            wait_initial=settings.first_wait_s,
            wait_max=settings.longest_wait_s,
            wait_jitter=settings.first_wait_s,
        ):
            with attempt:
                return await self._once(what)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _worth_another(self, error: Exception) -> bool | float:
        """Whether to try again; a number of seconds where the server says when."""
        match error:
            case _DownError():
                return False
            case ModelBusyError(retry_after_s=wait_s) if wait_s is not None:
                return float(wait_s) if wait_s <= self._settings.longest_retry_after_s else False
            case ModelBusyError() | ModelUnreachableError() | ModelLoadingError():
                return True
            case _:
                return False

    async def _once(self, what: Callable[[], Awaitable[T]]) -> T:
        self._check()
        try:
            result = await what()
        except ModelUnreachableError:
            self._fail()
            raise
        except ModelError:
            self._failures = 0
            raise
        self._failures = 0
        return result

    def _check(self) -> None:
        left = self._closed_until - self._clock()
        if left > 0:
            raise _DownError(
                f"the server failed {self._failures} times in a row and is left alone for {left:.0f} s more: "
                "is it running?"
            )

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= self._settings.failures:
            self._closed_until = self._clock() + self._settings.pause_s


class _DownError(ModelUnreachableError):
    """Not asked at all."""

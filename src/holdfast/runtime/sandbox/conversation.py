"""A job that stays, and answers requests."""

from types import TracebackType
from typing import Self

from holdfast.core.errors import CheckerTimeoutError
from holdfast.runtime.child import Child, Limits, Reply
from holdfast.runtime.crowd import Crowd
from holdfast.runtime.sandbox.guard import Held
from holdfast.runtime.sandbox.jobs import Ended

__all__ = ["Conversation"]


class Conversation:
    """A job that is asked over its standard input and output; a context manager. One request at a time.

    After CheckerTimeoutError or CheckerDiedError it is dead, and `ended` says what of.
    """

    def __init__(
        self, held: Held, *, name: str, delimiter: bytes, longest: int, crowd: Crowd | None = None
    ) -> None:
        """Talk to `held`; the other arguments are those of `Child`."""
        self._held = held
        self._child = Child((), name=name, delimiter=delimiter, crowd=crowd, process=held, longest=longest)
        self._timed_out = False

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._child.alive

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it lives, or is still being killed."""
        if self._held.alive:
            return None
        if self._child.has_overflowed:
            return "output"
        return "timeout" if self._timed_out and self._held.guard.breach is None else self._held.how()[0]

    @property
    def stderr_tail(self) -> str:
        """The last few thousand characters that it wrote to standard error."""
        return self._child.stderr_tail

    def cpu_s(self) -> float:
        """CPU seconds that the program has used; once it has ended, with those of all it started."""
        return self._child.cpu_s()

    async def request(self, data: bytes, *, limits: Limits, answers: int = 1) -> Reply:
        """Send `data` and read `answers` answers, delimiters included.

        Raises as `Child.request` does; the allowance of the job holds as well. When it raises because the job
        ended, all of it is gone and `ended` is known.
        """
        try:
            return await self._child.request(data, limits=limits, answers=answers)
        except CheckerTimeoutError:
            self._timed_out = True
            raise
        finally:
            if not self._child.alive:
                await self._child.aclose()

    async def aclose(self) -> None:
        """Kill all of it and wait until it is gone."""
        await self._child.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

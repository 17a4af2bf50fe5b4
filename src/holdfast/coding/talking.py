"""One answer of a model, piece by piece: sizes and time are held to, and what it took is counted."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from holdfast.coding.records import Limits, Listener, Piece, Stage, Usage
from holdfast.core.completions import Ending, Message, Sampling
from holdfast.core.errors import ModelUnreachableError
from holdfast.core.seams import LanguageModel
from holdfast.models.states import Failed, Loading, ModelShelf, Ready

__all__ = ["Told", "listen", "wait_for"]

_AT_ONCE = 64
"""Pieces that are taken before everybody else has a turn."""
_LOOK_S = 0.2
"""How often a load that is waited for is looked at."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a model said."""

    text: str
    cut: bool
    """Whether it was stopped before its end: by its own limit, or by ours."""
    usage: Usage


async def listen(
    model: LanguageModel,
    messages: Sequence[Message],
    sampling: Sampling,
    *,
    limits: Limits,
    listener: Listener,
    clock: Callable[[], float],
) -> Told:
    """The answer of a model; `listener` is told each piece.

    Cancelling the task that waits here closes the model's stream first. Raises ModelError; a model that is
    not done after `limits.answer_s` is a ModelUnreachableError.
    """
    hearing = _Hearing(limits, listener, clock)
    chat = cast("AsyncGenerator[str, None]", model.chat(messages, sampling))
    try:
        async with asyncio.timeout(limits.answer_s), aclosing(chat):
            async for piece in chat:
                if not hearing.take(piece):
                    break
                if hearing.count % _AT_ONCE == 0:
                    # A model that never waits would let nobody else do anything, not even stop it.
                    await asyncio.sleep(0)
    except TimeoutError as error:
        message = (
            f"{model.name} was not done after {limits.answer_s:g} seconds: ask for less, or another model"
        )
        raise ModelUnreachableError(message) from error
    return hearing.told()


class _Hearing:
    """Takes pieces."""

    def __init__(self, limits: Limits, listener: Listener, clock: Callable[[], float]) -> None:
        self._left = limits.answer_chars
        self._listener = listener
        self._clock = clock
        self._started = clock()
        self._first_s: float | None = None
        self._pieces: list[str] = []
        self._ending: Ending | None = None
        self._stopped = False

    @property
    def count(self) -> int:
        """How many pieces came."""
        return len(self._pieces)

    def take(self, piece: str) -> bool:
        """Take one piece; whether more are wanted."""
        if isinstance(piece, Ending):
            self._ending = piece
            return True
        if not piece:
            return True
        if self._first_s is None:
            self._first_s = self._clock() - self._started
        kept = piece[: self._left]
        self._left -= len(kept)
        self._pieces.append(kept)
        self._listener(Piece(kept))
        self._stopped = len(kept) < len(piece)
        return not self._stopped

    def told(self) -> Told:
        """All of it."""
        ending = self._ending
        usage = Usage(
            prompt_tokens=None if ending is None else ending.prompt_tokens,
            completion_tokens=None if ending is None else ending.completion_tokens,
            pieces=len(self._pieces),
            first_s=self._first_s,
            wall_s=self._clock() - self._started,
        )
        cut = self._stopped or (ending is not None and ending.finished == "length")
        return Told("".join(self._pieces), cut, usage)


async def wait_for(shelf: ModelShelf, name: str, listener: Listener) -> None:
    """Wait until a model is loaded; giving up waiting does not end the load.

    Raises UnknownModelError, and ModelUnreachableError where it cannot be loaded.
    """
    if isinstance(shelf.state(name), Ready):
        return
    told = -1
    waiting = asyncio.ensure_future(shelf.ready(name))
    try:
        while not waiting.done():
            state = shelf.state(name)
            percent = state.percent if isinstance(state, Loading) else 0
            if percent != told:
                listener(Stage("loading", name, percent))
                told = percent
            await asyncio.wait([waiting], timeout=_LOOK_S)
        state = waiting.result()
    finally:
        waiting.cancel()
    if isinstance(state, Failed):
        raise ModelUnreachableError(f"the model {name} could not be loaded: {state.reason}")

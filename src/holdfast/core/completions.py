"""What a language model is asked and what it answers."""

from dataclasses import dataclass
from typing import Literal, Self

__all__ = ["Completion", "Ending", "Message", "Sampling"]


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer to a prompt."""

    text: str
    """What follows the prompt, without the prompt and without the stop that ended it."""
    logprobs: tuple[float, ...]
    """Natural logarithm of each token's probability, each at most 0, that of the token with which the model
    ends its text included; empty where none were asked for, or a stop cut the first token short."""
    finished: Literal["stop", "length"]
    """Whether the model ended it (or a stop did), or it ran into `Sampling.max_tokens`."""
    tokens: int
    """How many tokens the model generated for this answer; 0 where a server does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How answers are drawn. All of it is sent explicitly: servers differ in what they do by default."""

    count: int = 1
    """How many answers, at least 1."""
    temperature: float = 0.0
    """0 takes the likeliest token each time; then all answers of one prompt are the same."""
    top_p: float = 1.0
    """Tokens outside the likeliest that together have this probability are never drawn; in (0, 1]."""
    max_tokens: int = 128
    stop: tuple[str, ...] = ()
    """Texts that end an answer; they are no part of it."""
    seed: int | None = None
    """Makes the draw repeatable, as far as the server keeps to it."""
    want_logprobs: bool = False
    prefix: str = ""
    """What every answer begins with; it stands in no `Completion.text`. Models that continue a text read it
    behind the prompt, models that translate one text into another as the beginning of their own."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[str, ...] = ()
    """Pictures behind the text, as addresses that hold them: `data:image/png;base64,...`. Only models that
    see take them."""

    def record(self) -> dict[str, object]:
        """As plain data; a turn without pictures says nothing of them."""
        told: dict[str, object] = {"role": self.role, "text": self.text}
        return told | {"images": list(self.images)} if self.images else told


class Ending(str):
    """The last piece of a chat whose model tells how it ended: an empty text, for those who join pieces.

    It goes through everything that hands pieces on.
    """

    __slots__ = ("completion_tokens", "finished", "prompt_tokens")

    finished: Literal["stop", "length"]
    """Whether the model ended it, or it ran into `Sampling.max_tokens`."""
    prompt_tokens: int | None
    """As the model counts them; None where it does not say."""
    completion_tokens: int | None

    def __new__(
        cls,
        finished: Literal["stop", "length"],
        *,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
    ) -> Self:
        """An empty text that knows how an answer ended."""
        made = super().__new__(cls, "")
        made.finished = finished
        made.prompt_tokens = prompt_tokens
        made.completion_tokens = completion_tokens
        return made

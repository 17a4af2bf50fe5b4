"""What language models are asked by the dataset steps: prompts are files, their names end in a version.

A published version never changes: what a dataset was made with is named for good.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field

from holdfast.core.completions import Message, Sampling

__all__ = ["Prompt", "load_prompt"]

_PLACE = re.compile(r"\{([a-z_]+)\}")


class Prompt(BaseModel):
    """One question to a model that chats. In texts `{word}` is replaced where the word has a value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str
    system: str
    template: str
    """What the user says."""
    repair: str
    """What is said of an answer that cannot be used; `{message}` says why not."""
    temperature: float = Field(ge=0, le=5)
    max_tokens: int = Field(ge=1)

    @property
    def digest(self) -> str:
        """Of all that decides the answer, in hex."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def sampling(self) -> Sampling:
        """How answers are drawn; the same question always brings the same draw."""
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens, seed=0)

    def ask(self, values: Mapping[str, str], images: Sequence[str] = ()) -> tuple[Message, ...]:
        """The turns of a question; pictures stand behind its text."""
        asked = Message("user", _put(self.template, values), tuple(images))
        return Message("system", self.system), asked

    def mend(self, asked: tuple[Message, ...], answer: str, message: str) -> tuple[Message, ...]:
        """The turns that follow an answer that cannot be used."""
        return *asked, Message("assistant", answer), Message("user", _put(self.repair, {"message": message}))


def _put(template: str, values: Mapping[str, str]) -> str:
    # All at once, so that a value in which `{goal}` stands is left alone.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


def load_prompt(name: str) -> Prompt:
    """A prompt that ships, by its name with the version."""
    file = resources.files("holdfast.pipelines.dataset").joinpath("prompts", f"{name}.toml")
    return Prompt.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))

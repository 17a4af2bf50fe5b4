"""Prompt formats: how a goal is put to a family of models, and where the step stands in what they answer.

A format is a small TOML file. Those that ship are in the folder `formats`; their names end in a version, and
a published version never changes: what a model was trained on, or measured with, is named for good.
"""

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from holdfast.core.completions import Message, Sampling
from holdfast.core.errors import UserError
from holdfast.core.goals import Goal
from holdfast.models.goal_text import GoalStyle, goal_text

__all__ = [
    "LANGUAGES",
    "Attempt",
    "Language",
    "PromptFormat",
    "Question",
    "format_names",
    "load_format",
    "read_format",
]

Language = Literal["rocq", "lean", "python"]
LANGUAGES: tuple[Language, ...] = ("rocq", "lean", "python")

_PLACE = re.compile(r"\{(goal|prefix|context|premises|step|message)\}")
_LINES = "{premises}"

Fraction = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step that was offered and refused."""

    step: str
    message: str
    """Why, in the checker's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a prompt can be made of."""

    goal: Goal
    prefix: str = ""
    """What the step has to begin with."""
    context: str = ""
    """The text of the file before the place, empty where nobody knows it."""
    attempts: tuple[Attempt, ...] = ()
    """What was refused so far, oldest first; the last one is to be mended."""
    premises: tuple[str, ...] = ()
    """Theorems in force that may help, the nearest first, each one line."""


class PromptFormat(BaseModel):
    """One way to ask for a step.

    In templates, `{goal}`, `{prefix}`, `{context}` and `{premises}` are replaced, and nothing else: other
    braces stay. In `repair` these are `{step}` and `{message}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """With its version, such as `proofstep.v1`."""
    about: str
    kind: Literal["completion", "chat", "encoder-decoder"]
    """Whether models continue a text, answer a chat, or translate a goal into a step."""
    languages: tuple[Language, ...] = LANGUAGES
    goal: GoalStyle = "turnstile"
    template: str
    """The prompt, or the user's turn of a chat."""
    premises: str = ""
    """What stands in the template's place `{premises}` where theorems are known; in it `{premises}` is
    replaced by them, one a line. Empty where the format has no such place, and nothing is searched for."""
    system: str = ""
    """The system's turn of a chat, empty for none."""
    repair: str = ""
    """What is said of a step that was refused: the user's next turn of a chat, or what stands behind the
    prompt. Empty where the format does not ask for repairs."""
    take: Literal["all", "line", "sentence", "block"] = "all"
    """What of the answer is the step: all of it, its first line, its first sentence, or its code block."""
    stop: tuple[str, ...] = ()
    temperature: Annotated[float, Field(ge=0, le=5)] = 0.7
    top_p: Fraction = 1.0
    max_tokens: Annotated[int, Field(ge=1, le=65536)] = 128
    max_characters: Annotated[int, Field(ge=100)] = 16_000
    """The longest prompt that is sent; hypotheses are left out, oldest first, until it fits."""

    @model_validator(mode="after")
    def _is_whole(self) -> "PromptFormat":
        if "{goal}" not in self.template and "{context}" not in self.template:
            raise ValueError("the template needs {goal} or {context}")
        if self.system and self.kind != "chat":
            raise ValueError("only chats have a system's turn")
        if len({_LINES in self.template, _LINES in self.premises, bool(self.premises)}) > 1:
            raise ValueError("template and premises both need {premises}, or neither")
        return self

    @property
    def takes_premises(self) -> bool:
        """Whether theorems have a place in it."""
        return _LINES in self.template

    def prompt(self, question: Question) -> str:
        """The text to send; of a chat, all that the user says, which is what its length is judged by."""
        said = [self._repair(attempt) for attempt in question.attempts]
        return "".join([self._request(question), *said])

    def _request(self, question: Question) -> str:
        values = {
            "goal": goal_text(question.goal, self.goal),
            "prefix": question.prefix,
            "context": question.context,
            "premises": self._known(question.premises),
        }
        # All at once, so that a goal in which `{prefix}` stands is left alone.
        return _PLACE.sub(lambda place: values.get(place[1], place[0]), self.template)

    def _known(self, lines: tuple[str, ...]) -> str:
        return self.premises.replace(_LINES, "\n".join(lines)) if lines else ""

    def _repair(self, attempt: Attempt) -> str:
        values = {"step": attempt.step, "message": _fenced(attempt.message)}
        return _PLACE.sub(lambda place: values.get(place[1], place[0]), self.repair)

    def messages(self, question: Question) -> tuple[Message, ...]:
        """The turns to send, for a chat."""
        turns = [Message("system", self.system)] if self.system else []
        turns.append(Message("user", self._request(question)))
        for attempt in question.attempts:
            turns += [Message("assistant", _fenced(attempt.step)), Message("user", self._repair(attempt))]
        return tuple(turns)

    def sampling(self, *, count: int, seed: int | None, prefix: str, want_logprobs: bool) -> Sampling:
        """How the answers are drawn; `prefix` matters to models that it cannot be put into the prompt for."""
        return Sampling(
            count=count,
            temperature=self.temperature,
            top_p=self.top_p,
            max_tokens=self.max_tokens,
            stop=self.stop,
            seed=seed,
            want_logprobs=want_logprobs,
            prefix=prefix if self.kind == "encoder-decoder" else "",
        )


def _fenced(text: str) -> str:
    """A text as a block that it cannot end: what came of running a program is data."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def format_names() -> tuple[str, ...]:
    """The formats that ship, in order."""
    folder = resources.files("holdfast.models").joinpath("formats")
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir()))


def load_format(name: str) -> PromptFormat:
    """The format that ships under `name` (the newest version where it names none), or a file ending in .toml.

    Raises UserError where there is no such format, or the file does not hold one.
    """
    if name.endswith(".toml"):
        try:
            return read_format(Path(name).read_text(encoding="utf-8"), name)
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read the prompt format {name}: {error}") from error
    known = format_names()
    versions = [each for each in known if each == name or each.startswith(f"{name}.v")]
    if not versions:
        raise UserError(
            f"there is no prompt format {name}: there are {', '.join(known)}, or name a .toml file"
        )
    newest = max(versions, key=lambda each: int(each.rpartition(".v")[2]))
    file = resources.files("holdfast.models").joinpath("formats", f"{newest}.toml")
    return read_format(file.read_text(encoding="utf-8"), newest)


def read_format(text: str, where: str) -> PromptFormat:
    """The format that a file holds; `where` names it in messages. Raises UserError on anything else."""
    try:
        return PromptFormat.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{where} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{where}: {place + ': ' if place else ''}{first['msg']}") from error

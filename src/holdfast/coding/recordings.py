"""Programs that were written and tested beforehand, for a model that has to work without one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

__all__ = ["Recorded", "RecordedCase", "find_recorded", "recorded"]


class RecordedCase(BaseModel):
    """What the programs print."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stdout: str
    stdin: str = ""
    args: tuple[str, ...] = ()


class Recorded(BaseModel):
    """One task, written in several languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    """What the programs do, to stand behind `Here is`."""
    words: tuple[str, ...]
    """A task that has one of them, whatever its case, is this one."""
    cases: tuple[RecordedCase, ...] = ()
    programs: Mapping[str, str]
    """By the name of the language."""


@cache
def recorded() -> tuple[Recorded, ...]:
    """All of them, in order of their names."""
    folder = resources.files("holdfast.coding").joinpath("recorded")
    files = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name
    )
    return tuple(Recorded.model_validate(tomllib.loads(each.read_text(encoding="utf-8"))) for each in files)


def find_recorded(task: str, language: str) -> Recorded | None:
    """The one that a task asks for in a language, None where there is none."""
    said = " ".join(task.lower().split())
    for each in recorded():
        if language in each.programs and any(word in said for word in each.words):
            return each
    return None

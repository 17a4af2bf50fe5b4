"""What the commands that keep files read have in common."""

import os
from dataclasses import dataclass
from pathlib import Path

from holdfast.apps.cli.settings import cache_directory
from holdfast.apps.questions import WorkroomSettings

__all__ = ["RoomConfig", "room_settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConfig:
    """How questions about files are answered."""

    files: int = 4
    """How many files are kept read."""
    learn_s: float = 30.0
    unsafe: bool = False
    model: str | None = None
    """A language model that proposes beside the embedded proposers."""
    premises: int = 10
    """How many theorems its prompts for Rocq goals name."""
    lean_backend: str = "auto"
    rocq_backend: str = "coqidetop"
    cache: Path | None = None


def room_settings(config: RoomConfig) -> WorkroomSettings:
    """The settings of the workroom, with what the environment says."""
    return WorkroomSettings(
        cache=cache_directory(config.cache, os.environ),
        files=config.files,
        learn_s=config.learn_s,
        unsafe=config.unsafe,
        model=config.model,
        premises=config.premises,
        lean_backend=config.lean_backend,
        rocq_backend=config.rocq_backend,
        environ=os.environ,
    )

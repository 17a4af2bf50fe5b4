"""What some levels need that is not part of every machine: an image, an interpreter, a place to keep it."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Means"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Settings of the levels `container` and `wasm`; without them, their defaults, where there are any."""

    image: str = ""
    """The image of a container; empty for the official slim Python of the version that runs us."""
    service: Path | None = None
    """The socket of an exec service, which runs the jobs of level `container` in place of an engine here."""
    wasm: Path | None = None
    """A CPython that was compiled for WASI, with its library in it or beside it."""
    cache: Path | None = None
    """Where what is made of it is kept; None makes it anew each time."""

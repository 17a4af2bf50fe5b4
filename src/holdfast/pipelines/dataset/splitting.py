"""Which rows train, and which are kept for validation and test, with nothing alike on both sides."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from holdfast.retrieval.lexical import LexicalIndex

__all__ = ["Part", "SplitSettings", "families", "split"]

Part: TypeAlias = Literal["train", "validation", "test"]


class SplitSettings(BaseModel):
    """How rows are parted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: float = Field(default=0.05, ge=0, lt=1)
    """Share of the families of statements."""
    test: float = Field(default=0.05, ge=0, lt=1)
    """Share of the families of statements."""
    alike: float = Field(default=0.8, gt=0, le=1)
    """Likeness from which two statements belong together, as `farthest_first` measures it."""
    seed: int = 42


def split(statements: Mapping[str, str], settings: SplitSettings) -> dict[str, Part]:
    """The part of each theorem.

    Statements that are alike, directly or by way of others, are one family and stay together. Where a family
    goes depends on the seed and on the first name in it, so it stays there when other theorems come.

    Args:
        statements: what theorems say, by their names.
        settings: how to part them.
    """
    names = list(statements)
    parts: dict[str, Part] = {}
    for family in families([statements[name] for name in names], settings.alike):
        members = [names[at] for at in family]
        part = _part(min(members), settings)
        parts.update(dict.fromkeys(members, part))
    return parts


def families(texts: Sequence[str], alike: float) -> list[list[int]]:
    """Groups of texts that are alike, directly or by way of others; each text is in one, in order."""
    leader = list(range(len(texts)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    index = LexicalIndex(texts) if texts else None
    own: list[float] = []
    for at, text in enumerate(texts):
        assert index is not None
        scores = index.scores(text)
        own.append(max(float(scores[at]), 1e-9))
        floor = alike * own[at]
        for other in (scores[: at + 1] >= floor).nonzero()[0]:
            if scores[other] >= alike * own[other]:
                leader[find(at)] = find(int(other))
    found: dict[int, list[int]] = {}
    for at in range(len(texts)):
        found.setdefault(find(at), []).append(at)
    return list(found.values())


def _part(name: str, settings: SplitSettings) -> Part:
    digest = hashlib.sha256(f"{settings.seed}\0{name}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < settings.test:
        return "test"
    return "validation" if place < settings.test + settings.validation else "train"

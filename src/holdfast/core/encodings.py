"""How goals become vectors: vectors of one spec can be compared with each other, and with no others."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

__all__ = ["EncodeSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeSpec:
    """How vectors are made: those of another spec cannot be compared with them."""

    version: int = 1
    model: str
    layer: str
    pooling: str
    normalised: bool
    text: str = "as sent"
    """What is encoded of a request's text."""

    def digest(self) -> str:
        """A short name of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, other: "EncodeSpec") -> str:
        """What tells two specs apart, for people: empty where they are the same."""
        names = [each.name for each in fields(self)]
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        return ", ".join(f"{name} {mine!r}, not {theirs!r}" for name, mine, theirs in pairs if mine != theirs)

"""Source texts and the places in them that wait for a proof."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Hole", "HoleKind", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text and where it came from. `name` is a path for people; nothing reads it again."""

    name: str
    text: str


class HoleKind(StrEnum):
    """What makes a place a hole."""

    ADMITTED = "admitted"
    """A statement ended by `Admitted`; what stands before `Admitted` is kept and continued."""
    ADMIT = "admit"
    """One subgoal skipped inside a proof (`admit`, `give_up`, `sorry`)."""
    NAMED = "named"
    """A theorem that the user names; its present proof is ignored."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a source that waits for a proof. Offsets are characters of `Source.text`."""

    name: str
    """The theorem's name as written; the second and later holes in one theorem end in `#2`, `#3`, ..."""
    kind: HoleKind
    start: int
    """First character of the text that a found proof replaces."""
    end: int
    """One past the last character of that text."""
    line: int
    """1-based line of the hole."""
    column: int
    """1-based column of the hole."""

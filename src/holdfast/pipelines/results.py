"""What becomes of the holes of a source: records that search, audit and commands share."""

from dataclasses import dataclass
from typing import Literal

from holdfast.core.audits import AuditReport
from holdfast.core.documents import Hole, Source
from holdfast.core.proofs import Proof

__all__ = ["Filled", "HoleResult", "Status", "theorem_of"]

Status = Literal["proved", "not_found", "undecided"]


@dataclass(frozen=True, slots=True)
class HoleResult:
    """What became of one hole."""

    hole: Hole
    status: Status
    reason: str = ""
    """Why it is not proved; empty when it is."""
    proof: Proof | None = None
    """What was found; None when proved means that nothing was left to prove there."""
    cpu_s: float = 0.0
    """CPU seconds of the checker that the search used."""
    wall_s: float = 0.0
    nodes: int = 0
    """Steps that were judged."""
    found_cpu_s: float | None = None
    """The budget at which the proof was found, None when none was."""
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A source with every audited proof in place, and what became of each hole."""

    source: Source
    results: tuple[HoleResult, ...]
    audit: AuditReport | None
    """The audit of `source`, None where nothing was filled."""


def theorem_of(hole: Hole) -> str:
    """The theorem that a hole belongs to: its name without the number of the hole."""
    return hole.name.partition("#")[0]

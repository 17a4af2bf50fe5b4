"""What the gate let into a library, and what it refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.library.records import Candidate, Program, Refusal, Sources

__all__ = ["Grown"]


@dataclass(frozen=True, slots=True)
class Grown:
    """A library, and how it came to be."""

    library: Sources
    accepted: tuple[Candidate, ...] = ()
    """Its functions, in the order in which they entered."""
    refusals: tuple[Refusal, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=dict)
    """A program that holds in it for each training task that has one."""

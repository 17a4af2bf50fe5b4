"""Who judged: stored with every record, because a verdict is worth what its checker is worth."""

from dataclasses import dataclass

__all__ = ["CheckerIdentity"]


@dataclass(frozen=True, slots=True)
class CheckerIdentity:
    """A checker's tool, version and the digest of the libraries it loads."""

    tool: str
    version: str
    libraries: str = ""
    """A hex digest, empty where a checker has no libraries."""

"""What `holdfast serve` is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Where to listen and what to answer with."""

    host: str = "127.0.0.1"
    ports: tuple[int, ...] = (6000,)
    proposer: Literal["knn", "model", "mixed"] | None = None
    """Who is asked for suggestions; None for all that there are."""
    models: tuple[str, ...] = ()
    """Language models; the first is asked for suggestions, and wherever a request names none."""
    premises: int = 10
    """How many theorems its prompts about Rocq documents name."""
    model_memory_mb: float | None = None
    """What models in this process may take together; None for half of the machine's memory."""
    token: str | None = None
    project: Path | None = None
    """A folder whose project file says where libraries are."""
    libraries: tuple[str, ...] = ()
    documents: int = 4
    step_s: float = 0.5
    """CPU seconds that Rocq has for one suggestion."""
    body_mb: float = 4.0
    learn: bool = True
    unsafe: bool = False
    """Whether what is sent may run without a sandbox where none holds."""
    lean_backend: str = "auto"
    """What steps through Lean proofs: a word of `holdfast.apps.lean.backends.LeanBackend`."""
    rocq_backend: str = "coqidetop"
    """What steps through Rocq proofs: a word of `holdfast.apps.rocq.backends.RocqBackend`."""
    cache: Path | None = None
